package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * The chart as Helm renders it for several values: held against Kubernetes' own models and against
 * itself, its configurations read by the program. No cluster takes the objects here.
 */
class HelmChartTest {
  private static final Path ROOT = SkaldProcess.root();
  private static final Set<String> MONITORING =
      Set.of("ServiceMonitor", "PodMonitor", "PrometheusRule");

  /** Values that between them reach every part of the templates. */
  enum Setup {
    DEFAULTS("{}"),
    SINGLE_WITH_EVERYTHING(
        """
        authEnabled: true
        authentication: {type: bearer, existingSecret: tokens}
        s3: {bucket: logs, region: eu-central-1, prefix: prod/skald}
        serviceAccount: {annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::1:role/skald"}}
        overrides: {team-a: {ingestion_rate_mb: 20, max_query_series: 2000}}
        config: {limits_config: {max_line_size: 1MB}, server: {log_format: json}}
        env: [{name: LEVEL, value: info}]
        envFrom: [{secretRef: {name: more}}]
        image: {repository: registry.example/skald, tag: "1", pullSecrets: [registry]}
        nodeSelector: {pool: logs}
        tolerations: [{key: logs, operator: Exists}]
        priorityClassName: high
        podAnnotations: {a: b}
        podLabels: {team: ops}
        single: {heap: 2g, persistence: {size: 100Gi, storageClass: fast}}
        ingress: {enabled: true, className: nginx, host: logs.example, tlsSecret: logs-tls, annotations: {a: b}}
        networkPolicy:
          clients: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: apps}}}]
          monitoring: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
        serviceMonitor: {enabled: true, labels: {release: prometheus}}
        prometheusRule: {enabled: true, labels: {release: prometheus}}
        grafana: {dashboards: true, dataSource: true}
        agent:
          tenantId: nodes
          port: 3101
          config: {limits_config: {readline_rate_enabled: true, readline_rate: 1000}}
          pipelineStages: [{cri: {}}, {drop: {older_than: 24h}}]
        """),
    MICROSERVICES(
        """
        mode: microservices
        s3: {bucket: logs, endpoint: "http://minio:9000", forcePathStyle: true, existingSecret: s3}
        """),
    MICROSERVICES_IN_ZONES(
        """
        mode: microservices
        s3: {bucket: logs}
        ring: {store: etcd, etcdEndpoints: ["etcd-0.etcd:2379", "etcd-1.etcd:2379"]}
        ingester: {replicas: 4, zones: [eu-1a, eu-1b, eu-1c]}
        distributor: {autoscaling: {enabled: true}}
        querier: {autoscaling: {enabled: true, maxReplicas: 20}}
        authentication: {type: basic, existingSecret: users, key: users.yaml}
        serviceMonitor: {enabled: true}
        ingress: {enabled: true, host: logs.example}
        overrides: {team-a: {ingestion_rate_mb: 20}}
        agent: {enabled: false}
        """),
    NO_POLICIES(
        """
        mode: microservices
        s3: {bucket: logs}
        networkPolicy: {enabled: false}
        podDisruptionBudgets: false
        """),
    AGENT_ALONE(
        """
        mode: none
        agent: {url: "https://logs.example/loki/api/v1/push"}
        """);

    private final String values;

    Setup(String values) {
      this.values = values;
    }

    boolean isSingle() {
      return this == DEFAULTS || this == SINGLE_WITH_EVERYTHING;
    }
  }

  @TempDir private Path directory;

  @BeforeEach
  void checkMachine() {
    assumeTrue(HelmChart.isAvailable(), "skipped: Helm's library is there for linux-amd64 only");
  }

  private String render(String values) throws IOException {
    return HelmChart.render(List.of(Files.writeString(directory.resolve("values.yaml"), values)));
  }

  private List<JsonNode> objects(Setup setup) throws IOException {
    return Yaml.readAll(render(setup.values));
  }

  private static String name(JsonNode object) {
    return object.get("kind").asString() + " " + object.at("/metadata/name").asString();
  }

  private static List<JsonNode> of(List<JsonNode> objects, String... kinds) {
    Set<String> wanted = Set.of(kinds);
    return objects.stream().filter(o -> wanted.contains(o.get("kind").asString())).toList();
  }

  /** Returns all that have a template of pods. */
  private static List<JsonNode> workloads(List<JsonNode> objects) {
    return of(objects, "Deployment", "StatefulSet", "DaemonSet");
  }

  /** Returns whether every label of {@code selector} is among {@code labels}. */
  private static boolean selects(JsonNode selector, JsonNode labels) {
    return selector
        .propertyStream()
        .allMatch(label -> label.getValue().equals(labels.get(label.getKey())));
  }

  private static Optional<JsonNode> selected(JsonNode selector, List<JsonNode> objects) {
    return workloads(objects).stream()
        .filter(workload -> selects(selector, workload.at("/spec/template/metadata/labels")))
        .findFirst();
  }

  @Test
  void lint_chart_findsNothing() {
    LintResult result = HelmChart.lint();

    assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    assertThat(result.getMessages()).allMatch(message -> message.startsWith("[INFO]"));
  }

  @ParameterizedTest
  @EnumSource
  void objects_all_areKubernetesOwn(Setup setup) throws IOException {
    List<JsonNode> objects = objects(setup);
    List<String> mistakes = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode object : objects) {
      assertThat(names.add(name(object))).as(name(object)).isTrue();
      if (!MONITORING.contains(object.get("kind").asString())) {
        KubernetesSchema.mistake(object).ifPresent(m -> mistakes.add(name(object) + ": " + m));
      }
    }

    assertThat(mistakes).isEmpty();
    assertThat(objects).isNotEmpty();
    assertThat(of(objects, "Secret")).as("secrets are named, never made").isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void configurations_all_areReadWithoutWarnings(Setup setup) throws IOException {
    List<JsonNode> objects = objects(setup);
    List<String> problems = new ArrayList<>();
    int read = 0;
    for (JsonNode map : of(objects, "ConfigMap")) {
      if (map.at("/data").has("agent.yaml")) {
        read++;
        problems.addAll(DeployedConfig.agent("agent.yaml", map.at("/data/agent.yaml").asString()));
      }
      if (map.at("/data").has("skald.yaml")) {
        String yaml =
            map.at("/data/skald.yaml")
                .asString()
                .replace("/etc/skald/overrides/overrides.yaml", overrides(objects).toString());
        for (JsonNode workload : workloads(objects)) {
          Map<String, String> flags = flags(workload);
          if (flags.containsKey("target")) {
            read++;
            problems.addAll(DeployedConfig.server(name(workload), yaml, flags));
          }
        }
      }
    }

    assertThat(problems).isEmpty();
    assertThat(read).isPositive();
  }

  /** Returns the file of limits of single tenants that is mounted, or one that is not there. */
  private Path overrides(List<JsonNode> objects) throws IOException {
    Path file = directory.resolve("overrides.yaml");
    for (JsonNode map : of(objects, "ConfigMap")) {
      if (map.at("/data").has("overrides.yaml")) {
        Files.writeString(file, map.at("/data/overrides.yaml").asString());
      }
    }
    return file;
  }

  /** Returns the keys that a server's command line sets, over its configuration. */
  private static Map<String, String> flags(JsonNode workload) {
    Map<String, String> flags = new HashMap<>();
    for (JsonNode argument : workload.at("/spec/template/spec/containers/0/args")) {
      String[] parts = argument.asString().split("=", 2);
      if (parts.length == 2 && !parts[0].startsWith("-config.")) {
        flags.put(parts[0].substring(1).replace('-', '_'), parts[1]);
      }
    }
    return flags;
  }

  @ParameterizedTest
  @EnumSource
  void pods_all_haveNoMoreRightsThanTheyNeed(Setup setup) throws IOException {
    for (JsonNode workload : workloads(objects(setup))) {
      JsonNode pod = workload.at("/spec/template/spec");
      JsonNode container = pod.at("/containers/0");
      boolean agent = workload.get("kind").asString().equals("DaemonSet");

      assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
          .as(name(workload))
          .isTrue();
      assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
          .isFalse();
      assertThat(container.at("/securityContext/capabilities/drop/0").asString()).isEqualTo("ALL");
      assertThat(pod.at("/securityContext/seccompProfile/type").asString())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean(false)).isEqualTo(!agent);
      assertThat(container.at("/resources/requests/memory").asString("")).isNotEmpty();
      assertThat(container.at("/resources/limits/memory").asString("")).isNotEmpty();
      assertThat(container.at("/securityContext/capabilities/add").toString())
          .isEqualTo(agent ? "[\"DAC_READ_SEARCH\"]" : "");
    }
  }

  @ParameterizedTest
  @EnumSource
  void pods_all_mountWhatTheyNameAndSelectThemselves(Setup setup) throws IOException {
    List<JsonNode> objects = objects(setup);
    Set<String> names = new HashSet<>();
    objects.forEach(object -> names.add(name(object)));
    for (JsonNode workload : workloads(objects)) {
      JsonNode pod = workload.at("/spec/template/spec");
      Set<String> volumes = texts(pod.path("volumes"), "/name");
      volumes.addAll(texts(workload.at("/spec/volumeClaimTemplates"), "/metadata/name"));

      assertThat(texts(pod.at("/containers/0/volumeMounts"), "/name"))
          .as(name(workload))
          .isEqualTo(volumes);
      assertThat(texts(pod.path("volumes"), "/configMap/name"))
          .as(name(workload))
          .allMatch(map -> names.contains("ConfigMap " + map));
      assertThat(texts(workload, "/spec/template/spec/serviceAccountName"))
          .as(name(workload))
          .allMatch(account -> names.contains("ServiceAccount " + account));
      assertThat(
              selects(
                  workload.at("/spec/selector/matchLabels"),
                  workload.at("/spec/template/metadata/labels")))
          .as(name(workload))
          .isTrue();
    }
  }

  /** Returns the texts at {@code pointer} of all of {@code list}, or of the one object it is. */
  private static Set<String> texts(JsonNode list, String pointer) {
    Set<String> texts = new HashSet<>();
    (list.isObject() ? Stream.of(list) : list.valueStream())
        .map(node -> node.at(pointer).asString(""))
        .filter(text -> !text.isEmpty())
        .forEach(texts::add);
    return texts;
  }

  @ParameterizedTest
  @EnumSource
  void ports_ofServicesAndPolicies_arePortsOfPods(Setup setup) throws IOException {
    List<JsonNode> objects = objects(setup);
    for (JsonNode service : of(objects, "Service")) {
      assertThat(ports(service.at("/spec/selector"), objects))
          .as(name(service))
          .containsAll(texts(service.at("/spec/ports"), "/targetPort"));
    }
    for (JsonNode policy : of(objects, "NetworkPolicy")) {
      for (JsonNode rule : policy.at("/spec/ingress")) {
        assertThat(ports(policy.at("/spec/podSelector/matchLabels"), objects))
            .as(name(policy))
            .containsAll(texts(rule.get("ports"), "/port"));
      }
    }
  }

  /** Returns the names of the ports of the pods that are selected. */
  private static Set<String> ports(JsonNode selector, List<JsonNode> objects) {
    return selected(selector, objects)
        .map(workload -> texts(workload.at("/spec/template/spec/containers/0/ports"), "/name"))
        .orElse(Set.of());
  }

  @ParameterizedTest
  @EnumSource
  void budgetsAndScalers_all_areForSomething(Setup setup) throws IOException {
    List<JsonNode> objects = objects(setup);

    assertThat(of(objects, "PodDisruptionBudget"))
        .allMatch(budget -> selected(budget.at("/spec/selector/matchLabels"), objects).isPresent());
    assertThat(of(objects, "HorizontalPodAutoscaler"))
        .allSatisfy(scaler ->
            assertThat(of(objects, "Deployment"))
                .filteredOn(deployment ->
                    deployment.at("/metadata/name").equals(scaler.at("/spec/scaleTargetRef/name")))
                .singleElement()
                .as("a fixed number would win")
                .matches(deployment -> !deployment.at("/spec").has("replicas")));
  }

  @ParameterizedTest
  @EnumSource
  void kinds_areThoseOfTheMode(Setup setup) throws IOException {
    List<JsonNode> objects = objects(setup);
    List<String> workloads = workloads(objects).stream().map(HelmChartTest::name).sorted().toList();

    assertThat(workloads)
        .isEqualTo(
            switch (setup) {
              case DEFAULTS, SINGLE_WITH_EVERYTHING ->
                  List.of("DaemonSet skald-agent", "StatefulSet skald");
              case MICROSERVICES, NO_POLICIES ->
                  List.of(
                      "DaemonSet skald-agent",
                      "Deployment skald-backend",
                      "Deployment skald-distributor",
                      "Deployment skald-gateway",
                      "Deployment skald-querier",
                      "StatefulSet skald-ingester");
              case MICROSERVICES_IN_ZONES ->
                  List.of(
                      "Deployment skald-backend",
                      "Deployment skald-distributor",
                      "Deployment skald-gateway",
                      "Deployment skald-querier",
                      "StatefulSet skald-ingester-eu-1a",
                      "StatefulSet skald-ingester-eu-1b",
                      "StatefulSet skald-ingester-eu-1c");
              case AGENT_ALONE -> List.of("DaemonSet skald-agent");
            });
    assertThat(of(objects, "PodDisruptionBudget"))
        .hasSize(
            setup.isSingle() || setup == Setup.NO_POLICIES || setup == Setup.AGENT_ALONE ? 0 : 4);
    assertThat(of(objects, "NetworkPolicy"))
        .hasSize(
            switch (setup) {
              case DEFAULTS, SINGLE_WITH_EVERYTHING -> 1;
              case MICROSERVICES, MICROSERVICES_IN_ZONES -> 5;
              case NO_POLICIES, AGENT_ALONE -> 0;
            });
  }

  @Test
  void zones_each_haveIngestersOfTheirOwn() throws IOException {
    List<JsonNode> ingesters = of(objects(Setup.MICROSERVICES_IN_ZONES), "StatefulSet");

    assertThat(ingesters)
        .allSatisfy(set -> {
          String zone =
              set.at("/spec/template/spec/nodeSelector/topology.kubernetes.io~1zone").asString();
          assertThat(set.at("/metadata/name").asString()).isEqualTo("skald-ingester-" + zone);
          assertThat(flags(set)).containsEntry("common.ring.instance_availability_zone", zone);
          assertThat(set.at("/spec/replicas").asInt()).as("4 of 3 zones, rounded up").isEqualTo(2);
        });
  }

  @Test
  void secrets_ofValues_areOnlyReferredTo() throws IOException {
    String rendered = render(Setup.MICROSERVICES.values);

    assertThat(rendered)
        .contains("secretKeyRef: {name: s3, key: access_key_id}")
        .contains("secretKeyRef: {name: s3, key: secret_access_key}");
    assertThat(render(Setup.MICROSERVICES_IN_ZONES.values))
        .contains("secretName: users")
        .contains("items: [{key: users.yaml, path: credentials}]")
        .doesNotContain("secretKeyRef");
  }

  @Test
  void prometheusRule_holdsTheAlerts() throws IOException {
    List<JsonNode> rules = of(objects(Setup.SINGLE_WITH_EVERYTHING), "PrometheusRule");

    assertThat(rules).hasSize(1);
    assertThat(rules.getFirst().get("spec"))
        .isEqualTo(Yaml.read(ROOT.resolve("deploy/prometheus/alerts.yaml")));
  }

  @Test
  void dashboards_all_areConfigMaps() throws IOException {
    List<JsonNode> objects = objects(Setup.SINGLE_WITH_EVERYTHING);
    try (Stream<Path> files = Files.list(ROOT.resolve("deploy/grafana/dashboards"))) {
      for (Path file : files.toList()) {
        assertThat(of(objects, "ConfigMap"))
            .anySatisfy(map ->
                assertThat(map.get("data").path(file.getFileName().toString()).asString("").strip())
                    .isEqualTo(Files.readString(file).strip()));
      }
    }
  }

  @Test
  void serviceMonitor_findsEveryPodOnce() throws IOException {
    for (Setup setup : List.of(Setup.SINGLE_WITH_EVERYTHING, Setup.MICROSERVICES_IN_ZONES)) {
      List<JsonNode> objects = objects(setup);
      JsonNode spec = of(objects, "ServiceMonitor").getFirst().get("spec");
      assertThat(spec.propertyNames()).containsExactlyInAnyOrder("selector", "endpoints");
      assertThat(spec.at("/endpoints/0").propertyNames())
          .containsExactlyInAnyOrder("port", "path", "interval");
      List<String> found =
          of(objects, "Service").stream()
              .filter(service ->
                  selects(spec.at("/selector/matchLabels"), service.at("/metadata/labels")))
              .filter(service -> service.at("/metadata/labels").has("app.kubernetes.io/managed-by"))
              .map(
                  service -> service.at("/metadata/labels/app.kubernetes.io~1component").asString())
              .filter(component -> !List.of("gateway", "memberlist").contains(component))
              .toList();

      assertThat(found)
          .containsExactlyInAnyOrderElementsOf(
              setup.isSingle()
                  ? List.of("single")
                  : List.of("distributor", "ingester", "querier", "backend"));
    }
  }

  @Test
  void podMonitor_findsTheAgents() throws IOException {
    List<JsonNode> objects = objects(Setup.SINGLE_WITH_EVERYTHING);
    JsonNode spec = of(objects, "PodMonitor").getFirst().get("spec");

    assertThat(spec.propertyNames()).containsExactlyInAnyOrder("selector", "podMetricsEndpoints");
    assertThat(ports(spec.at("/selector/matchLabels"), objects))
        .containsExactlyElementsOf(texts(spec.get("podMetricsEndpoints"), "/port"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          {mode: simple}                                  -> mode
          {ingestr: {}}                                   -> ingestr
          {single: {heap: 2}}                             -> heap
          {single: {heap: 2 GB}}                          -> heap
          {mode: microservices}                           -> set s3.bucket
          {mode: microservices, s3: {bucket: b}, ring: {store: etcd}} -> ring.etcdEndpoints
          {mode: microservices, s3: {bucket: b}, ingester: {replicas: 2}} -> at least ring.replicationFactor, 3
          {mode: none}                                    -> set agent.url
          {authentication: {type: basic}}                 -> authentication.existingSecret must name
          {ingress: {enabled: true}}                      -> ingress.host must be set
          """)
  void values_thatAreNoGood_areRefusedWithTheirName(String values, String words) {
    assertThatThrownBy(() -> render(values))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @CsvSource({"single", "microservices"})
  void manifests_areWhatTheChartRenders(String mode) throws IOException {
    Path folder = ROOT.resolve("deploy/manifests");
    String rendered = HelmChart.render(List.of(folder.resolve("values/" + mode + ".yaml")));
    Path file = folder.resolve(mode + ".yaml");
    if (System.getProperty("skald.manifests", "").equals("write")) {
      Files.writeString(file, rendered);
    }

    assertThat(file).hasContent(rendered);
  }
}
