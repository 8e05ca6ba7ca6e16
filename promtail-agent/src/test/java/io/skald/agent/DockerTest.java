package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The logs of Docker's containers through the whole agent. */
class DockerTest {
  private static final Instant TIME = Instant.parse("2024-05-01T10:00:00.000000001Z");
  private static final String A = FakeDocker.id('a');
  private static final String B = FakeDocker.id('b');

  @TempDir Path directory;

  private FakeDocker docker;

  @BeforeEach
  void start() throws IOException {
    docker = new FakeDocker(directory.resolve("docker.sock"));
  }

  @AfterEach
  void stop() throws IOException {
    docker.close();
  }

  @Test
  void containers_linesInPieces_arriveWithLabelsAndTimes() throws Exception {
    docker.add(A);
    docker.log(A, 1, TIME, "first ");
    docker.log(A, 2, TIME.plusNanos(1), "trouble\n");
    docker.log(A, 1, TIME.plusNanos(2), "half\r\n");
    try (SourceAgent agent = agent()) {
      agent.awaitCount(2);
      docker.log(A, 1, TIME.plusNanos(9), "later\n");
      agent.awaitCount(3);

      String output = "{container=\"ca\", net=\"bridge\", service=\"shop\", stream=\"stdout\"}";
      assertThat(agent.received.lines(output)).containsExactly("first half", "later");
      assertThat(agent.received.entries(output).getFirst().timestampNanos())
          .isEqualTo(1714557600000000001L);
      assertThat(agent.received.lines(output.replace("stdout", "stderr")))
          .containsExactly("trouble");
    }
  }

  @Test
  void containers_overABreakAndRestarts_arriveOnce() throws Exception {
    docker.add(A);
    docker.add(B);
    docker.log(A, 1, TIME, "a one\n");
    docker.log(B, 1, TIME, "b one\n");
    try (SourceAgent agent = agent()) {
      agent.awaitCount(2);
      docker.breakOff(A);
      docker.log(A, 1, TIME.plusNanos(5), "a two\n");
      agent.awaitCount(3);
      agent.restart();
      docker.log(A, 1, TIME.plusNanos(6), "a three\n");
      docker.log(B, 1, TIME.plusNanos(6), "b two\n");
      agent.awaitCount(5);
      assertThat(agent.received.duplicates()).isZero();
      assertThat(docker.paths()).anyMatch(path -> path.endsWith("since=1714557600.000000006"));
    }
  }

  @Test
  void containers_thatAreGone_leaveThePositions() throws Exception {
    docker.add(A);
    docker.log(A, 1, TIME, "one\n");
    Path positions = directory.resolve("positions.yaml");
    try (SourceAgent agent = agent()) {
      agent.awaitCount(1);
      await()
          .atMost(SourceAgent.PATIENCE)
          .until(() ->
              Files.exists(positions)
                  && Files.readString(positions).contains("cursor-" + A + ": \"1714557600\""));
      docker.remove(A);
      await()
          .atMost(SourceAgent.PATIENCE)
          .until(() -> !Files.readString(positions).contains("cursor-"));
    }
  }

  @Test
  void containers_ofPromtailsPositions_goOnThere() throws Exception {
    docker.add(A);
    docker.log(A, 1, TIME.minusSeconds(100), "old\n");
    docker.log(A, 1, TIME, "new\n");
    Files.writeString(
        directory.resolve("positions.yaml"),
        "positions:\n  cursor-" + A + ": \"" + TIME.getEpochSecond() + "\"\n");
    try (SourceAgent agent = agent()) {
      agent.awaitCount(1);
      assertThat(agent.received.streams()).hasSize(1);
      assertThat(agent.received.lines(agent.received.streams().iterator().next()))
          .containsExactly("new");
    }
  }

  private SourceAgent agent() throws IOException {
    return new SourceAgent(
        directory,
        "job_name: docker, docker_sd_configs: [{host: 'unix://"
            + directory.resolve("docker.sock")
            + "', refresh_interval: 200ms}], relabel_configs: ["
            + "{source_labels: [__meta_docker_container_name], regex: '/(.*)', target_label:"
            + " container},"
            + "{source_labels: [__meta_docker_network_name], target_label: net},"
            + "{source_labels: [__meta_docker_container_label_com_docker_compose_service],"
            + " target_label: service},"
            + "{source_labels: [__meta_docker_container_log_stream], target_label: stream}]");
  }
}
