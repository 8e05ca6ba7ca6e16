package io.skald.agent.source.docker;

import io.skald.agent.source.JobLabels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A container and what is told of it, under the names of Prometheus' discovery. Of several networks
 * and ports the first one is told, since the logs of a container are read once.
 *
 * @param labels for the rules
 */
record DockerContainer(String id, Map<String, String> labels) {
  private static final String META = "__meta_docker_";

  DockerContainer {
    labels = Map.copyOf(labels);
  }

  /**
   * Reads an element of the answer to {@code /containers/json}.
   *
   * @param networks the answer to {@code /networks}
   */
  static DockerContainer of(Object element, @Nullable Object networks, DockerSdConfig config) {
    Map<?, ?> container = map(element);
    String id = text(container.get("Id"));
    Map<String, String> labels = new HashMap<>();
    labels.put(META + "container_id", id);
    List<?> names = list(container.get("Names"));
    labels.put(META + "container_name", names.isEmpty() ? "" : text(names.getFirst()));
    labels.put(
        META + "container_network_mode", text(map(container.get("HostConfig")).get("NetworkMode")));
    addLabels(labels, META + "container_label_", map(container.get("Labels")));
    String address = addNetwork(labels, container, networks, config);
    labels.put("__address__", address + ":" + addPort(labels, container, config));
    return new DockerContainer(id, labels);
  }

  private static String addNetwork(
      Map<String, String> labels,
      Map<?, ?> container,
      @Nullable Object networks,
      DockerSdConfig config) {
    Map<String, Object> own = new TreeMap<>();
    map(map(container.get("NetworkSettings")).get("Networks"))
        .forEach((name, settings) -> own.put(text(name), settings));
    if (own.isEmpty()) {
      return config.hostNetworkingHost();
    }
    Map<?, ?> settings = map(own.values().iterator().next());
    String id = text(settings.get("NetworkID"));
    String ip = text(settings.get("IPAddress"));
    labels.put(META + "network_id", id);
    labels.put(META + "network_ip", ip);
    for (Object one : list(networks)) {
      Map<?, ?> network = map(one);
      if (text(network.get("Id")).equals(id)) {
        labels.put(META + "network_name", text(network.get("Name")));
        labels.put(META + "network_scope", text(network.get("Scope")));
        labels.put(META + "network_internal", text(network.get("Internal")));
        labels.put(META + "network_ingress", text(network.get("Ingress")));
        addLabels(labels, META + "network_label_", map(network.get("Labels")));
      }
    }
    return ip.isEmpty() ? config.hostNetworkingHost() : ip;
  }

  private static String addPort(
      Map<String, String> labels, Map<?, ?> container, DockerSdConfig config) {
    List<Map<?, ?>> tcp = new ArrayList<>();
    for (Object port : list(container.get("Ports"))) {
      if (text(map(port).get("Type")).equals("tcp")) {
        tcp.add(map(port));
      }
    }
    if (tcp.isEmpty()) {
      return Integer.toString(config.port());
    }
    tcp.sort(Comparator.comparingDouble(port -> number(port.get("PrivatePort"))));
    Map<?, ?> first = tcp.getFirst();
    String inside = text(first.get("PrivatePort"));
    labels.put(META + "port_private", inside);
    if (first.get("PublicPort") != null) {
      labels.put(META + "port_public", text(first.get("PublicPort")));
      labels.put(META + "port_public_ip", text(first.get("IP")));
    }
    return inside;
  }

  private static void addLabels(Map<String, String> labels, String prefix, Map<?, ?> own) {
    own.forEach((name, value) -> labels.put(prefix + JobLabels.part(text(name)), text(value)));
  }

  static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  private static double number(@Nullable Object value) {
    return value instanceof Double number ? number : 0;
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Double number when number == Math.rint(number) -> Long.toString(number.longValue());
      default -> value.toString();
    };
  }
}
