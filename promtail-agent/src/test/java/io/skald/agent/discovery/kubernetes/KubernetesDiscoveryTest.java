package io.skald.agent.discovery.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.skald.agent.ManualClock;
import io.skald.common.client.ClientAccess;
import io.skald.common.config.Secret;
import io.skald.common.tls.ClientTlsConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesDiscoveryTest {
  @TempDir Path directory;

  private final ManualClock clock = new ManualClock();
  private final List<KubernetesDiscovery> opened = new ArrayList<>();
  private FakeCluster cluster;

  @BeforeEach
  void start() throws Exception {
    cluster = new FakeCluster();
  }

  @AfterEach
  void stop() {
    opened.forEach(KubernetesDiscovery::close);
    cluster.close();
  }

  @Test
  void labelSets_podsOfSeveralNodes_thoseOfTheOwnAreTold() {
    cluster.put(Pods.simple("a", "n1"));
    cluster.put(Pods.simple("b", "n2"));

    KubernetesDiscovery discovery = started(cluster.config());

    awaitPods(discovery, Set.of("a"));
    assertThat(cluster.requests())
        .allSatisfy(request ->
            assertThat(request).contains("/api/v1/pods?").contains("spec.nodeName%3Dn1"));
    assertThat(discovery.labelSets()).isSameAs(discovery.labelSets());
  }

  @Test
  void labelSets_podComesLater_isToldByTheWatch() {
    KubernetesDiscovery discovery = started(cluster.config());
    await().until(() -> cluster.watchCount() == 1);

    cluster.put(Pods.simple("late", "n1"));

    awaitPods(discovery, Set.of("late"));
  }

  @Test
  void labelSets_podIsDeleted_isToldForAMinuteLonger() {
    Pod pod = Pods.simple("a", "n1");
    Pod other = Pods.simple("b", "n1");
    cluster.put(pod);
    KubernetesDiscovery discovery = started(cluster.config());
    await().until(() -> cluster.watchCount() == 1);
    cluster.remove(pod);
    cluster.put(other);
    awaitPods(discovery, Set.of("a", "b"));

    clock.advance(Duration.ofSeconds(59));
    assertThat(pods(discovery)).isEqualTo(Set.of("a", "b"));
    clock.advance(Duration.ofSeconds(2));
    assertThat(pods(discovery)).isEqualTo(Set.of("b"));
  }

  @Test
  void labelSets_watchBreaks_goesOnWhereItWas() {
    cluster.put(Pods.simple("a", "n1"));
    KubernetesDiscovery discovery = started(cluster.config());
    await().until(() -> cluster.watchCount() == 1);

    cluster.breakWatches();
    cluster.put(Pods.simple("b", "n1"));

    awaitPods(discovery, Set.of("a", "b"));
  }

  @Test
  void labelSets_versionIsGone_listsAnewAndMissesNoDeletion() {
    Pod pod = Pods.simple("a", "n1");
    cluster.put(pod);
    KubernetesDiscovery discovery = started(cluster.config());
    awaitPods(discovery, Set.of("a"));
    await().until(() -> cluster.watchCount() == 1);

    cluster.removeUnseen(pod);
    cluster.put(Pods.simple("b", "n1"));
    cluster.forgetHistory();

    awaitPods(discovery, Set.of("a", "b"));
    await()
        .untilAsserted(() -> {
          clock.advance(Duration.ofSeconds(61));
          assertThat(pods(discovery)).isEqualTo(Set.of("b"));
        });
  }

  @Test
  void labelSets_goneInsideTheWatch_listsAnew() {
    cluster.put(Pods.simple("a", "n1"));
    KubernetesDiscovery discovery = started(cluster.config());
    await().until(() -> cluster.watchCount() == 1);

    cluster.sendGone();
    cluster.put(Pods.simple("b", "n1"));

    awaitPods(discovery, Set.of("a", "b"));
    assertThat(cluster.requests().stream().filter(r -> !r.contains("watch=true"))).hasSize(2);
  }

  @Test
  void labelSets_serverFailsAndIsSlow_triesAgain() {
    cluster.put(Pods.simple("a", "n1"));
    cluster.failNext(3);
    cluster.setDelay(Duration.ofMillis(300));

    KubernetesDiscovery discovery = started(cluster.config());

    assertThat(discovery.labelSets()).isEmpty();
    awaitPods(discovery, Set.of("a"));
  }

  @Test
  void labelSets_hundredsOfPodsComeAndGo_theLastStateIsTold() {
    KubernetesDiscovery discovery = started(cluster.config());
    await().until(() -> cluster.watchCount() == 1);
    for (int i = 0; i < 300; i++) {
      Pod pod = Pods.simple("p" + i, "n1");
      cluster.put(pod);
      if (i % 3 != 0) {
        cluster.remove(pod);
      }
      if (i % 100 == 50) {
        cluster.breakWatches();
      }
    }
    awaitPods(discovery, numbered(i -> true));

    await()
        .untilAsserted(() -> {
          clock.advance(Duration.ofSeconds(61));
          assertThat(pods(discovery)).isEqualTo(numbered(i -> i % 3 == 0));
        });
  }

  @Test
  void labelSets_namespacesAndSelectors_areAskedFor() {
    KubernetesSdConfig asked =
        new KubernetesSdConfig(
            "pod",
            cluster.url(),
            "",
            ClientAccess.NONE,
            new KubernetesSdConfig.Namespaces(List.of("shop", "bank"), false),
            List.of(
                new KubernetesSdConfig.Selector(
                    "pod", "app.kubernetes.io/name=web", "status.phase!=Failed")),
            KubernetesSdConfig.AttachMetadata.DEFAULTS,
            "");
    cluster.put(Pods.simple("a", "n1"));
    cluster.put(Pods.builder("failed", "n1").editStatus().withPhase("Failed").endStatus().build());
    cluster.put(
        Pods.builder("other", "n1")
            .editMetadata()
            .withLabels(Map.of("app.kubernetes.io/name", "db"))
            .endMetadata()
            .build());

    KubernetesDiscovery discovery = started(asked);

    awaitPods(discovery, Set.of("a"));
    await().until(() -> cluster.watchCount() == 2);
    assertThat(cluster.requests())
        .anyMatch(request -> request.startsWith("/api/v1/namespaces/shop/pods?"))
        .anyMatch(request -> request.startsWith("/api/v1/namespaces/bank/pods?"));
  }

  @Test
  void labelSets_namespaceAttached_podWaitsForItsLabels() {
    KubernetesSdConfig asked =
        new KubernetesSdConfig(
            "pod",
            cluster.url(),
            "",
            ClientAccess.NONE,
            KubernetesSdConfig.Namespaces.DEFAULTS,
            List.of(),
            new KubernetesSdConfig.AttachMetadata(false, true),
            "");
    cluster.put(Pods.simple("a", "n1"));
    KubernetesDiscovery discovery = started(asked);
    await().until(() -> cluster.watchCount() == 2);
    assertThat(pods(discovery)).isEmpty();

    cluster.put(
        new NamespaceBuilder()
            .withNewMetadata()
            .withName("shop")
            .withUid("ns")
            .withLabels(Map.of("team", "blue"))
            .endMetadata()
            .build());

    awaitPods(discovery, Set.of("a"));
    assertThat(discovery.labelSets().getFirst())
        .containsEntry("__meta_kubernetes_namespace_label_team", "blue");
  }

  @Test
  void labelSets_tokenInAFile_isReadForEveryRequest() throws Exception {
    Path token = directory.resolve("token");
    Files.writeString(token, "first\n");
    KubernetesDiscovery discovery =
        started(
            new KubernetesSdConfig(
                "pod",
                cluster.url(),
                "",
                new ClientAccess(
                    ClientAccess.NONE.basicAuth(),
                    Secret.NONE,
                    token.toString(),
                    ClientTlsConfig.DEFAULTS),
                KubernetesSdConfig.Namespaces.DEFAULTS,
                List.of(),
                KubernetesSdConfig.AttachMetadata.DEFAULTS,
                ""));
    await().until(() -> cluster.watchCount() == 1);
    assertThat(cluster.authorizations()).containsOnly("Bearer first");

    Files.writeString(token, "second\n");
    cluster.breakWatches();

    await().until(() -> cluster.authorizations().contains("Bearer second"));
    assertThat(discovery.labelSets()).isEmpty();
  }

  @Test
  void start_outsideOfACluster_saysWhatToSet() {
    KubernetesDiscovery discovery =
        new KubernetesDiscovery(KubernetesSdConfig.DEFAULTS, "n1", Map.of(), clock);

    assertThatThrownBy(discovery::start)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("KUBERNETES_SERVICE_HOST")
        .hasMessageContaining("api_server or kubeconfig_file");
  }

  @Test
  void labelSets_directoriesWithoutPods_areToldByTheirPaths() throws Exception {
    Files.createDirectories(directory.resolve("shop_gone_uid-gone/main"));
    Files.createDirectories(directory.resolve("shop_gone_uid-gone/side"));
    Files.createDirectories(directory.resolve("shop_a_uid-a/main"));
    Files.createDirectories(directory.resolve("kube-system_static_hash/main"));
    Files.createDirectories(directory.resolve("lost+found"));
    cluster.put(Pods.simple("a", "n1"));
    cluster.put(
        Pods.builder("static", "n1")
            .editMetadata()
            .addToAnnotations("kubernetes.io/config.hash", "hash")
            .endMetadata()
            .build());

    KubernetesDiscovery discovery = started(cluster.config(directory.toString()));
    awaitPods(discovery, Set.of("a", "static", "gone"));

    assertThat(discovery.labelSets())
        .filteredOn(labels -> "gone".equals(labels.get("__meta_kubernetes_pod_name")))
        .containsExactlyInAnyOrder(leftover("main"), leftover("side"));
  }

  @Test
  void labelSets_directoryBeforeItsPod_isToldByThePodAlone() throws Exception {
    Files.createDirectories(directory.resolve("shop_late_uid-late/main"));
    KubernetesDiscovery discovery = started(cluster.config(directory.toString()));
    awaitPods(discovery, Set.of("late"));
    assertThat(discovery.labelSets().getFirst()).doesNotContainKey("__meta_kubernetes_pod_phase");

    cluster.put(Pods.simple("late", "n1"));

    await()
        .untilAsserted(() -> {
          clock.advance(Duration.ofMillis(250));
          assertThat(discovery.labelSets())
              .singleElement()
              .satisfies(labels ->
                  assertThat(labels).containsEntry("__meta_kubernetes_pod_phase", "Running"));
        });
  }

  @Test
  void labelSets_leftDirectoryIsRemoved_isToldNoLonger() throws Exception {
    Path pod = Files.createDirectories(directory.resolve("shop_gone_uid-gone/main"));
    KubernetesDiscovery discovery = started(cluster.config(directory.toString()));
    awaitPods(discovery, Set.of("gone"));

    Files.delete(pod);
    Files.delete(directory.resolve("shop_gone_uid-gone"));

    await()
        .untilAsserted(() -> {
          clock.advance(Duration.ofSeconds(31));
          assertThat(discovery.labelSets()).isEmpty();
        });
  }

  private static Map<String, String> leftover(String container) {
    return Map.of(
        "__meta_kubernetes_namespace", "shop",
        "__meta_kubernetes_pod_name", "gone",
        "__meta_kubernetes_pod_uid", "uid-gone",
        "__meta_kubernetes_pod_container_name", container,
        "__meta_kubernetes_pod_node_name", "n1",
        "__address__", "");
  }

  private KubernetesDiscovery started(KubernetesSdConfig config) {
    KubernetesDiscovery discovery = new KubernetesDiscovery(config, "n1", Map.of(), clock);
    opened.add(discovery);
    discovery.start();
    return discovery;
  }

  private void awaitPods(KubernetesDiscovery discovery, Set<String> names) {
    await()
        .untilAsserted(() -> {
          clock.advance(Duration.ofMillis(250));
          assertThat(pods(discovery)).isEqualTo(names);
        });
  }

  private static Set<String> numbered(java.util.function.IntPredicate which) {
    return java.util.stream.IntStream.range(0, 300)
        .filter(which)
        .mapToObj(i -> "p" + i)
        .collect(Collectors.toSet());
  }

  private static Set<String> pods(KubernetesDiscovery discovery) {
    return discovery.labelSets().stream()
        .map(labels -> labels.get("__meta_kubernetes_pod_name"))
        .collect(Collectors.toSet());
  }
}
