package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.skald.agent.discovery.kubernetes.FakeCluster;
import io.skald.agent.discovery.kubernetes.Pods;
import io.skald.agent.push.PushResponse;
import io.skald.agent.push.PushTransport;
import io.skald.agent.push.SendListener;
import io.skald.common.config.ConfigReader;
import io.skald.common.net.HostName;
import io.skald.common.push.BatchKey;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent over directories of pods, as a kubelet leaves them, and a cluster's API. */
class KubernetesAgentTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String NODE = Inputs.nodeName(HostName.current(), System.getenv());

  @TempDir Path directory;

  private final ReceivedEntries received = new ReceivedEntries();
  private volatile int status = 204;
  private FakeCluster cluster;

  @BeforeEach
  void start() throws Exception {
    cluster = new FakeCluster();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void podWithLinks_partsAndRotation_givesTheStreamsOfTheChart() throws Exception {
    Path target = Files.createDirectories(directory.resolve("docker")).resolve("abc-json.log");
    Files.writeString(target, cri("stdout", "P", "first ") + cri("stdout", "F", "half"));
    Path container = container("web-1", "main");
    Files.createSymbolicLink(container.resolve("0.log"), target);
    cluster.put(Pods.simple("web-1", NODE));
    try (Agent agent = agent()) {
      agent.start();
      awaitCount(1);
      Files.writeString(target, cri("stderr", "F", "trouble"), StandardOpenOption.APPEND);
      awaitCount(2);
      Files.writeString(container.resolve("1.log"), cri("stdout", "F", "restarted"));
      awaitCount(3);
    }

    String zero = container.resolve("0.log").toString();
    assertThat(received.streams())
        .isEqualTo(
            Set.of(
                stream(zero, "stdout"),
                stream(zero, "stderr"),
                stream(container.resolve("1.log").toString(), "stdout")));
    assertThat(received.lines(stream(zero, "stdout"))).containsExactly("first half");
  }

  @Test
  void podGoesWhileTheServerIsDown_itsLinesAreSentLater() throws Exception {
    Pod pod = Pods.simple("web-1", NODE);
    Path file = container("web-1", "main").resolve("0.log");
    Files.writeString(file, cri("stdout", "F", "one"));
    cluster.put(pod);
    try (Agent agent = agent()) {
      agent.start();
      awaitCount(1);
      status = 503;
      for (int i = 0; i < 2000; i++) {
        Files.writeString(file, cri("stdout", "F", "line " + i), StandardOpenOption.APPEND);
      }
      deleteLogs("web-1");
      cluster.remove(pod);
      await().atMost(PATIENCE).until(() -> agent.status().clients().getFirst().retries() > 0);
      status = 204;
      awaitCount(2001);
    }

    assertThat(received.duplicates()).isZero();
  }

  @Test
  void podsComeAndGoByTheHundred_everyLineArrivesOnce() throws Exception {
    int pods = 100;
    try (Agent agent = agent()) {
      agent.start();
      List<Pod> alive = new ArrayList<>();
      for (int i = 0; i < pods; i++) {
        String name = "job-" + i;
        Path file = container(name, "main").resolve("0.log");
        Files.writeString(file, cri("stdout", "F", name + " begins"));
        Pod pod = Pods.simple(name, NODE);
        cluster.put(pod);
        alive.add(pod);
        if (alive.size() > 20) {
          int seen = received.count();
          String oldest = alive.getFirst().getMetadata().getName();
          await().atMost(PATIENCE).until(() -> !received.linesOf(log(oldest).toString()).isEmpty());
          Files.writeString(
              log(oldest), cri("stdout", "F", oldest + " ends"), StandardOpenOption.APPEND);
          cluster.remove(alive.removeFirst());
          deleteLogs(oldest);
          assertThat(received.count()).isGreaterThanOrEqualTo(seen);
        }
      }
      awaitCount(pods + pods - 20);
      assertThat(agent.status().clients().getFirst().bytesLost()).isZero();
    }

    assertThat(received.duplicates()).isZero();
  }

  /** Nothing but the directory is left of the pods: their lines get what its name tells. */
  @Test
  void podsGoWhileTheAgentIsDown_whatLiesThereIsReadOnOrWhole() throws Exception {
    Pod pod = Pods.simple("web-1", NODE);
    Path file = container("web-1", "main").resolve("0.log");
    Files.writeString(file, cri("stdout", "F", "one"));
    cluster.put(pod);
    try (Agent agent = agent()) {
      agent.start();
      awaitCount(1);
    }
    Files.writeString(file, cri("stdout", "F", "two"), StandardOpenOption.APPEND);
    cluster.remove(pod);
    Path unseen = container("web-2", "main").resolve("0.log");
    Files.writeString(unseen, cri("stdout", "F", "never seen alive"));

    try (Agent agent = agent()) {
      agent.start();
      awaitCount(3);
    }

    assertThat(received.lines(leftStream("web-1", file))).containsExactly("two");
    assertThat(received.lines(leftStream("web-2", unseen))).containsExactly("never seen alive");
    assertThat(received.duplicates()).isZero();
  }

  /** The kubelet renames the log of a container, and compresses it one rotation later. */
  @Test
  void podGoesWhileTheAgentIsDown_itsRotatedLogsAreReadOn() throws Exception {
    Pod pod = Pods.simple("web-1", NODE);
    Path file = container("web-1", "main").resolve("0.log");
    Files.writeString(file, cri("stdout", "F", "one"));
    cluster.put(pod);
    try (Agent agent = agent()) {
      agent.start();
      awaitCount(1);
      Files.writeString(file, cri("stdout", "F", "two"), StandardOpenOption.APPEND);
      awaitCount(2);
    }
    Files.writeString(file, cri("stdout", "F", "three"), StandardOpenOption.APPEND);
    try (OutputStream out =
        new GZIPOutputStream(
            Files.newOutputStream(file.resolveSibling("0.log.20260101-000000.gz")))) {
      Files.copy(file, out);
    }
    Files.delete(file);
    Files.writeString(file.resolveSibling("0.log.20260102-000000"), cri("stdout", "F", "four"));
    Files.writeString(file, cri("stdout", "F", "five"));
    cluster.remove(pod);

    try (Agent agent = agent()) {
      agent.start();
      awaitCount(5);
    }

    assertThat(received.lines(leftStream("web-1", file)))
        .containsExactlyInAnyOrder("three", "four", "five");
    assertThat(received.duplicates()).isZero();
  }

  @Test
  void podGoesWhileARotatedLogIsRead_thatIsReadOnAfterAStart() throws Exception {
    Pod pod = Pods.simple("web-1", NODE);
    Path file = container("web-1", "main").resolve("0.log");
    Files.writeString(file, cri("stdout", "F", "one"));
    cluster.put(pod);
    try (Agent agent = agent()) {
      agent.start();
      awaitCount(1);
    }
    Files.writeString(file, cri("stdout", "F", "two"), StandardOpenOption.APPEND);
    Files.move(file, file.resolveSibling("0.log.20260101-000000"));
    cluster.remove(pod);

    try (Agent agent = agent()) {
      agent.start();
      awaitCount(2);
    }

    assertThat(received.lines(leftStream("web-1", file))).containsExactly("two");
    assertThat(received.duplicates()).isZero();
  }

  private static String leftStream(String pod, Path file) {
    return "{app=\"%s\", container=\"main\", filename=\"%s\", job=\"shop/%s\", namespace=\"shop\", node_name=\"%s\", pod=\"%s\", stream=\"stdout\"}"
        .formatted(pod, file, pod, NODE, pod);
  }

  private Agent agent() {
    // The rules of the usual chart that make these labels.
    String yaml =
        """
        clients: [{url: 'http://localhost/push', batchwait: 100ms}]
        positions: {filename: '%s/state/positions.yaml'}
        tail_config: {rotate_wait: 1s}
        scrape_configs:
        - job_name: kubernetes-pods
          pipeline_stages: [{cri: {}}]
          kubernetes_sd_configs: [{api_server: '%s', pod_logs_directory: '%s/pods'}]
          relabel_configs:
          - source_labels:
            - __meta_kubernetes_pod_label_app_kubernetes_io_name
            - __meta_kubernetes_pod_label_app
            - __meta_kubernetes_pod_name
            regex: ^;*([^;]+)(;.*)?$
            action: replace
            target_label: app
          - {source_labels: [__meta_kubernetes_pod_node_name], target_label: node_name}
          - {source_labels: [__meta_kubernetes_namespace], target_label: namespace}
          - source_labels: [namespace, app]
            separator: /
            target_label: job
            replacement: $1
          - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
          - {source_labels: [__meta_kubernetes_pod_container_name], target_label: container}
          - source_labels: [__meta_kubernetes_pod_uid, __meta_kubernetes_pod_container_name]
            separator: /
            replacement: '%s/pods/*$1/*.log'
            target_label: __path__
        """
            .formatted(directory, cluster.config().apiServer(), directory, directory);
    AgentConfig config =
        new ConfigReader("promtail.yaml", Set.of()).read(yaml, AgentConfig.defaults(), Map.of());
    return new Agent(
        config, Clock.system(), _ -> new StoringTransport(), SendListener.NONE, new Random(1));
  }

  private final class StoringTransport implements PushTransport {
    @Override
    public PushResponse push(String tenant, BatchKey key, byte[] body) {
      if (status == 204) {
        received.store(body);
      }
      return new PushResponse(status, "", 0);
    }

    @Override
    public void close() {}
  }

  private String stream(String filename, String output) {
    return "{app=\"web\", container=\"main\", filename=\""
        + filename
        + "\", job=\"shop/web\", namespace=\"shop\", node_name=\""
        + NODE
        + "\", pod=\"web-1\", stream=\""
        + output
        + "\"}";
  }

  private Path container(String pod, String container) throws IOException {
    return Files.createDirectories(
        directory.resolve("pods/shop_" + pod + "_uid-" + pod).resolve(container));
  }

  private Path log(String pod) {
    return directory.resolve("pods/shop_" + pod + "_uid-" + pod + "/main/0.log");
  }

  private void deleteLogs(String pod) throws IOException {
    try (Stream<Path> all = Files.walk(directory.resolve("pods/shop_" + pod + "_uid-" + pod))) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static String cri(String output, String tag, String text) {
    return Instant.ofEpochMilli(Clock.system().nowMillis())
        + " "
        + output
        + " "
        + tag
        + " "
        + text
        + "\n";
  }

  private void awaitCount(int count) {
    await().atMost(PATIENCE).until(() -> received.count() == count);
  }
}
