package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What starting a client command costs. */
class StartTest {
  @Test
  void labels_ownProcess_loadsNoClassOfTheServer(@TempDir Path directory) throws Exception {
    Path classes = directory.resolve("classes.log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + classes,
                "-cp",
                System.getProperty("java.class.path"),
                Skald.class.getName(),
                "labels",
                "--addr",
                "http://127.0.0.1:9")
            .redirectErrorStream(true)
            .start();
    String output = output(process);

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isEqualTo(Skald.UNREACHABLE);
    List<String> foreign =
        Files.readAllLines(classes).stream()
            .filter(line ->
                line.matches(
                    ".* (io\\.netty|org\\.rocksdb|ch\\.qos)\\..*"
                        + "|.* io\\.skald\\.(?!cli\\.|common\\.)[a-z].*"))
            .toList();
    assertThat(foreign).isEmpty();
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
