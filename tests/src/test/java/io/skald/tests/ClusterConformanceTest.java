package io.skald.tests;

import io.skald.server.Logging;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The recorded answers of {@link ConformanceTest} from three clusters: roles apart, three copies of
 * everything.
 */
class ClusterConformanceTest {
  @TempDir Path directory;
  private final List<LoopbackCluster> clusters = new ArrayList<>();

  @BeforeAll
  static void quiet() {
    Logging.configure("error", new PrintStream(PrintStream.nullOutputStream(), false));
  }

  @BeforeEach
  void start() throws Exception {
    ConformanceTest.assumePython();
    open();
  }

  private void open() throws Exception {
    cluster("main", ConformanceTest.MAIN);
    cluster("auth", ConformanceTest.AUTH);
    cluster("discovery", ConformanceTest.DISCOVERY);
  }

  private void cluster(String name, String settings) throws Exception {
    Path home = Files.createDirectories(directory.resolve(name));
    clusters.add(new LoopbackCluster(home, settings + ConformanceTest.READ_FROM_MEMORY));
  }

  @AfterEach
  void close() throws Exception {
    for (LoopbackCluster cluster : clusters) {
      cluster.close();
    }
    clusters.clear();
  }

  private String run(String... arguments) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--base",
                clusters.get(0).address(),
                "--auth-base",
                clusters.get(1).address(),
                "--discovery-base",
                clusters.get(2).address()));
    all.addAll(List.of(arguments));
    return ConformanceTest.run(directory, all);
  }

  @Test
  void recordedAnswers_fromMemory_completeGroupsAllEqual() throws Exception {
    ConformanceTest.assertComplete(run("--push"));
  }

  @Test
  @Tag("slow")
  void recordedAnswers_afterFlush_completeGroupsAllEqual() throws Exception {
    pushAndFlush();
    ConformanceTest.assertComplete(run("--flushed"));
  }

  @Test
  @Tag("slow")
  void recordedAnswers_afterFlushAndRestart_completeGroupsAllEqual() throws Exception {
    pushAndFlush();
    close();
    open();
    ConformanceTest.assertComplete(run("--flushed", "--restarted"));
  }

  /** One small group: the groups that push would show their entries to the run that counts. */
  private void pushAndFlush() throws Exception {
    run("--push", "--group", "patterns");
    clusters.forEach(LoopbackCluster::flush);
  }
}
