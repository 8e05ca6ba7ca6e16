package io.skald.agent;

import io.skald.agent.discovery.Discovery;
import io.skald.agent.discovery.kubernetes.KubernetesDiscovery;
import io.skald.agent.discovery.kubernetes.KubernetesSdConfig;
import io.skald.common.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the lanes of all clients read from in common. Made and closed by the agent. */
final class Inputs implements AutoCloseable {
  private final Map<String, List<Discovery>> discoveries = new HashMap<>();
  private final List<Discovery> distinct = new ArrayList<>();

  /** Nothing that lanes share. */
  static Inputs none() {
    return new Inputs();
  }

  private Inputs() {}

  /**
   * Makes what the jobs need; nothing runs yet.
   *
   * @param hostname the name of this machine
   * @param environment the variables of the process
   */
  static Inputs of(
      AgentConfig config, String hostname, Map<String, String> environment, Clock clock) {
    Inputs inputs = new Inputs();
    String node = nodeName(hostname, environment);
    Map<KubernetesSdConfig, Discovery> byConfig = new HashMap<>();
    for (AgentConfig.ScrapeConfig job : config.scrapeConfigs()) {
      for (KubernetesSdConfig asked : job.sources().kubernetesSdConfigs()) {
        Discovery discovery =
            byConfig.computeIfAbsent(
                asked,
                same -> new KubernetesDiscovery(same, node, environment, clock));
        inputs.discoveries.computeIfAbsent(job.jobName(), _ -> new ArrayList<>()).add(discovery);
      }
    }
    inputs.distinct.addAll(byConfig.values());
    return inputs;
  }

  /** Kubernetes calls the host of a pod by the pod's name unless HOSTNAME is set to the node's. */
  static String nodeName(String hostname, Map<String, String> environment) {
    String node = environment.getOrDefault("NODE_NAME", "");
    return node.isEmpty() ? hostname : node;
  }

  /** Returns where else the label sets of a job come from. */
  List<Discovery> discoveries(String job) {
    return discoveries.getOrDefault(job, List.of());
  }

  /**
   * Begins.
   *
   * @throws IllegalArgumentException if something that is configured cannot be
   */
  void start() {
    distinct.forEach(Discovery::start);
  }

  @Override
  public void close() {
    distinct.forEach(Discovery::close);
  }
}
