package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A run of another program that reads files and ends. */
record Tool(int exitCode, String output) {
  private static final long SECONDS = 300;

  /**
   * Runs {@code command} in {@code directory} and waits for its end.
   *
   * @return its exit code and what it said, standard error included
   */
  static Tool run(Path directory, String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as(output).isTrue();
    return new Tool(process.exitValue(), output);
  }
}
