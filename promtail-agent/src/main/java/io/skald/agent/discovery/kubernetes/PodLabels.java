package io.skald.agent.discovery.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The label sets of a pod: one for each port of each container, or for the container itself if it
 * declares none. Names are those of Prometheus' Kubernetes discovery.
 */
final class PodLabels {
  private static final String PREFIX = "__meta_kubernetes_";
  private static final String POD = PREFIX + "pod_";
  private static final String CONTAINER = POD + "container_";

  /** An annotation that the kubelet gives to pods that it has from files. */
  private static final String CONFIG_HASH = "kubernetes.io/config.hash";

  private final Map<String, String> common = new TreeMap<>();
  private final Map<String, ContainerStatus> statuses = new HashMap<>();
  private final String ip;
  private final List<Map<String, String>> sets = new ArrayList<>();

  private PodLabels(Pod pod) {
    ObjectMeta meta = pod.getMetadata();
    PodSpec spec = pod.getSpec();
    PodStatus status = pod.getStatus() == null ? new PodStatus() : pod.getStatus();
    ip = text(status.getPodIP());
    common.put(PREFIX + "namespace", text(meta.getNamespace()));
    common.put(POD + "name", text(meta.getName()));
    common.put(POD + "uid", text(meta.getUid()));
    common.put(POD + "ip", ip);
    common.put(POD + "host_ip", text(status.getHostIP()));
    common.put(POD + "phase", text(status.getPhase()));
    common.put(POD + "node_name", text(spec.getNodeName()));
    common.put(POD + "ready", ready(status));
    for (OwnerReference owner : list(meta.getOwnerReferences())) {
      if (Boolean.TRUE.equals(owner.getController())) {
        common.put(POD + "controller_kind", text(owner.getKind()));
        common.put(POD + "controller_name", text(owner.getName()));
      }
    }
    addMetadata(common, POD, meta);
    note(status.getContainerStatuses());
    note(status.getInitContainerStatuses());
    note(status.getEphemeralContainerStatuses());
    for (Container container : list(spec.getContainers())) {
      add(container.getName(), container.getImage(), false, container.getPorts());
    }
    for (Container container : list(spec.getInitContainers())) {
      add(container.getName(), container.getImage(), true, container.getPorts());
    }
    for (EphemeralContainer container : list(spec.getEphemeralContainers())) {
      add(container.getName(), container.getImage(), false, container.getPorts());
    }
  }

  /** Returns the label sets, none for a pod without containers. */
  static List<Map<String, String>> of(Pod pod) {
    return pod.getSpec() == null ? List.of() : List.copyOf(new PodLabels(pod).sets);
  }

  /**
   * Returns what the path of a container's logs tells, for a pod that nothing else is known of.
   *
   * @param uid of the pod, or of a static pod the hash of its configuration
   */
  static Map<String, String> ofPath(
      String namespace, String name, String uid, String container, String node) {
    return Map.of(
        PREFIX + "namespace",
        namespace,
        POD + "name",
        name,
        POD + "uid",
        uid,
        POD + "node_name",
        node,
        CONTAINER + "name",
        container,
        "__address__",
        "");
  }

  /**
   * Returns what the kubelet calls the directory of the pod's logs by, behind namespace and name.
   */
  static String logsId(ObjectMeta meta) {
    String hash = map(meta.getAnnotations()).get(CONFIG_HASH);
    return hash == null ? text(meta.getUid()) : hash;
  }

  /** Returns the labels and annotations of the pod's node. */
  static Map<String, String> ofNode(ObjectMeta node) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(PREFIX + "node_name", text(node.getName()));
    addMetadata(labels, PREFIX + "node_", node);
    return Map.copyOf(labels);
  }

  /** Returns the labels and annotations of the pod's namespace. */
  static Map<String, String> ofNamespace(ObjectMeta namespace) {
    Map<String, String> labels = new TreeMap<>();
    addMetadata(labels, PREFIX + "namespace_", namespace);
    return Map.copyOf(labels);
  }

  private static void addMetadata(Map<String, String> labels, String prefix, ObjectMeta meta) {
    map(meta.getLabels()).forEach((name, value) -> put(labels, prefix + "label", name, value));
    map(meta.getAnnotations())
        .forEach((name, value) -> put(labels, prefix + "annotation", name, value));
  }

  private static void put(
      Map<String, String> labels, String prefix, String name, @Nullable String value) {
    String allowed = name.replaceAll("[^A-Za-z0-9_]", "_");
    labels.put(prefix + "_" + allowed, text(value));
    labels.put(prefix + "present_" + allowed, "true");
  }

  private void note(@Nullable List<ContainerStatus> all) {
    for (ContainerStatus status : list(all)) {
      statuses.put(status.getName(), status);
    }
  }

  private void add(
      String name, @Nullable String image, boolean init, @Nullable List<ContainerPort> ports) {
    Map<String, String> container = new TreeMap<>(common);
    ContainerStatus status = statuses.get(name);
    container.put(CONTAINER + "name", text(name));
    container.put(CONTAINER + "image", text(image));
    container.put(CONTAINER + "id", status == null ? "" : text(status.getContainerID()));
    container.put(CONTAINER + "init", Boolean.toString(init));
    container.put("__address__", ip);
    if (list(ports).isEmpty()) {
      sets.add(Map.copyOf(container));
    }
    for (ContainerPort port : list(ports)) {
      Map<String, String> of = new TreeMap<>(container);
      String number = Objects.toString(port.getContainerPort(), "");
      of.put(CONTAINER + "port_name", text(port.getName()));
      of.put(CONTAINER + "port_number", number);
      of.put(CONTAINER + "port_protocol", text(port.getProtocol()));
      of.put("__address__", (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + number);
      sets.add(Map.copyOf(of));
    }
  }

  private static String ready(PodStatus status) {
    for (PodCondition condition : list(status.getConditions())) {
      if ("Ready".equals(condition.getType())) {
        return text(condition.getStatus()).toLowerCase(Locale.ROOT);
      }
    }
    return "unknown";
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static <T> List<T> list(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  private static Map<String, String> map(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }
}
