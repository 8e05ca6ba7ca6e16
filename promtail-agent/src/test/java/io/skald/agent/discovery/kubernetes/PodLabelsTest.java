package io.skald.agent.discovery.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PodLabelsTest {
  private static final String POD = "__meta_kubernetes_pod_";

  @Test
  void of_podWithAllKindsOfContainers_tellsEachPortOnce() {
    Pod pod =
        Pods.builder("a", "n1")
            .editMetadata()
            .withAnnotations(Map.of("kubernetes.io/config.hash", "h"))
            .addNewOwnerReference()
            .withController(true)
            .withKind("ReplicaSet")
            .withName("a-5d8f")
            .endOwnerReference()
            .endMetadata()
            .editSpec()
            .editFirstContainer()
            .addNewPort()
            .withName("http")
            .withContainerPort(80)
            .withProtocol("TCP")
            .endPort()
            .addNewPort()
            .withContainerPort(9090)
            .withProtocol("UDP")
            .endPort()
            .endContainer()
            .addNewInitContainer()
            .withName("init")
            .withImage("init:1")
            .endInitContainer()
            .addNewEphemeralContainer()
            .withName("debugger")
            .withImage("busybox")
            .endEphemeralContainer()
            .endSpec()
            .editStatus()
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .endCondition()
            .addNewContainerStatus()
            .withName("main")
            .withContainerID("containerd://abc")
            .endContainerStatus()
            .endStatus()
            .build();

    List<Map<String, String>> sets = PodLabels.of(pod);

    assertThat(sets).hasSize(4);
    Map<String, String> expected = new TreeMap<>();
    expected.put("__address__", "10.0.0.1:80");
    expected.put("__meta_kubernetes_namespace", "shop");
    expected.put(POD + "name", "a");
    expected.put(POD + "uid", "uid-a");
    expected.put(POD + "ip", "10.0.0.1");
    expected.put(POD + "host_ip", "192.168.0.1");
    expected.put(POD + "phase", "Running");
    expected.put(POD + "node_name", "n1");
    expected.put(POD + "ready", "true");
    expected.put(POD + "controller_kind", "ReplicaSet");
    expected.put(POD + "controller_name", "a-5d8f");
    expected.put(POD + "label_app_kubernetes_io_name", "web");
    expected.put(POD + "labelpresent_app_kubernetes_io_name", "true");
    expected.put(POD + "annotation_kubernetes_io_config_hash", "h");
    expected.put(POD + "annotationpresent_kubernetes_io_config_hash", "true");
    expected.put(POD + "container_name", "main");
    expected.put(POD + "container_image", "web:1");
    expected.put(POD + "container_id", "containerd://abc");
    expected.put(POD + "container_init", "false");
    expected.put(POD + "container_port_name", "http");
    expected.put(POD + "container_port_number", "80");
    expected.put(POD + "container_port_protocol", "TCP");
    assertThat(new TreeMap<>(sets.getFirst())).isEqualTo(expected);
    assertThat(sets.get(1)).containsEntry("__address__", "10.0.0.1:9090");
    assertThat(sets.get(2))
        .containsEntry(POD + "container_name", "init")
        .containsEntry(POD + "container_init", "true")
        .containsEntry("__address__", "10.0.0.1");
    assertThat(sets.get(3)).containsEntry(POD + "container_name", "debugger");
  }

  @Test
  void of_podWithoutAddressAndStatus_isTold() {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("x")
            .withNamespace("y")
            .withUid("u")
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("c")
            .endContainer()
            .endSpec()
            .build();

    assertThat(PodLabels.of(pod)).hasSize(1);
    assertThat(PodLabels.of(pod).getFirst())
        .containsEntry(POD + "ready", "unknown")
        .containsEntry(POD + "uid", "u")
        .containsEntry("__address__", "");
  }

  @Test
  void ofNode_labels_carryTheNodesPrefix() {
    var node =
        new NodeBuilder()
            .withNewMetadata()
            .withName("n1")
            .withLabels(Map.of("topology.kubernetes.io/zone", "a"))
            .endMetadata()
            .build();

    assertThat(PodLabels.ofNode(node.getMetadata()))
        .isEqualTo(
            Map.of(
                "__meta_kubernetes_node_name", "n1",
                "__meta_kubernetes_node_label_topology_kubernetes_io_zone", "a",
                "__meta_kubernetes_node_labelpresent_topology_kubernetes_io_zone", "true"));
  }
}
