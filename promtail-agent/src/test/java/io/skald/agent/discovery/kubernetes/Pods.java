package io.skald.agent.discovery.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;

/** Pods as clusters tell them. */
public final class Pods {
  private Pods() {}

  /** A running pod of one container {@code main} without ports. */
  public static Pod simple(String name, String node) {
    return builder(name, node).build();
  }

  static PodBuilder builder(String name, String node) {
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("shop")
        .withUid("uid-" + name)
        .withLabels(Map.of("app.kubernetes.io/name", "web"))
        .endMetadata()
        .withNewSpec()
        .withNodeName(node)
        .addNewContainer()
        .withName("main")
        .withImage("web:1")
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .withPodIP("10.0.0.1")
        .withHostIP("192.168.0.1")
        .endStatus();
  }
}
