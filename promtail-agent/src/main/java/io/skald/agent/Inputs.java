package io.skald.agent;

import io.skald.agent.discovery.Discovery;
import io.skald.agent.discovery.kubernetes.KubernetesDiscovery;
import io.skald.agent.discovery.kubernetes.KubernetesSdConfig;
import io.skald.agent.position.DeliveryJournal;
import io.skald.agent.source.Inbox;
import io.skald.agent.source.JobLabels;
import io.skald.agent.source.Outlet;
import io.skald.agent.source.Source;
import io.skald.agent.source.SourceContext;
import io.skald.agent.source.SourceCounters;
import io.skald.agent.source.SourceSink;
import io.skald.agent.source.syslog.SyslogConfig;
import io.skald.agent.source.syslog.SyslogSource;
import io.skald.agent.tail.LineFeed;
import io.skald.common.reload.FileReloads;
import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the lanes of all clients read from in common. Made and closed by the agent. */
final class Inputs implements AutoCloseable {
  /** How often files of certificates are looked at. */
  private static final Duration RELOAD_PERIOD = Duration.ofSeconds(10);

  private final Map<String, List<Discovery>> discoveries = new HashMap<>();
  private final List<Discovery> distinct = new ArrayList<>();
  private final List<Source> sources = new ArrayList<>();
  private final Outlet outlet = new Outlet();
  private final SourceCounters counters = new SourceCounters();
  private final FileReloads reloads = new FileReloads();

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
                asked, same -> new KubernetesDiscovery(same, node, environment, clock));
        inputs.discoveries.computeIfAbsent(job.jobName(), _ -> new ArrayList<>()).add(discovery);
      }
    }
    inputs.distinct.addAll(byConfig.values());
    for (AgentConfig.ScrapeConfig job : config.scrapeConfigs()) {
      inputs.addSources(job, clock);
    }
    return inputs;
  }

  private void addSources(AgentConfig.ScrapeConfig job, Clock clock) {
    SourceContext context =
        new SourceContext(
            new JobLabels(job.jobName(), TargetSets.rules(job)), outlet, counters, reloads, clock);
    SyslogConfig syslog = job.sources().syslog();
    if (syslog != null) {
      sources.add(new SyslogSource(syslog, asksForPeerNames(job), context));
    }
  }

  /** Names of hosts cost a question each, so they are not asked for in vain. */
  private static boolean asksForPeerNames(AgentConfig.ScrapeConfig job) {
    return job.relabelConfigs().stream()
        .anyMatch(rule ->
            rule.action().equalsIgnoreCase("labelmap")
                || rule.sourceLabels().contains("__syslog_connection_hostname"));
  }

  /**
   * Makes what a client reads beside files; the lane closes it.
   *
   * @param keepsNothing whether entries are printed instead of sent
   */
  List<LineFeed> feeds(
      SourceSink sink, Map<String, String> external, DeliveryJournal journal, boolean keepsNothing) {
    if (sources.isEmpty()) {
      return List.of();
    }
    Inbox inbox = new Inbox(sink, external, keepsNothing);
    outlet.add(inbox);
    journal.onDurable(inbox::durable);
    return List.of(inbox);
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
    if (!sources.isEmpty()) {
      reloads.start(RELOAD_PERIOD);
    }
    sources.forEach(Source::start);
  }

  /** Takes nothing more from the network; what was taken is still handed on. */
  void stopTaking() {
    sources.forEach(Source::stopTaking);
  }

  /** Returns what became of entries from the network. */
  Map<String, Long> counts() {
    return counters.counts();
  }

  @Override
  public void close() {
    sources.forEach(Source::close);
    reloads.close();
    distinct.forEach(Discovery::close);
  }
}
