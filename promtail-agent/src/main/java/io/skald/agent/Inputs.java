package io.skald.agent;

import io.skald.agent.discovery.Discovery;
import io.skald.agent.discovery.kubernetes.KubernetesDiscovery;
import io.skald.agent.discovery.kubernetes.KubernetesSdConfig;
import io.skald.agent.position.Cursor;
import io.skald.agent.position.DeliveryJournal;
import io.skald.agent.position.FilePosition;
import io.skald.agent.source.Inbox;
import io.skald.agent.source.JobEntries;
import io.skald.agent.source.JobLabels;
import io.skald.agent.source.Outlet;
import io.skald.agent.source.Source;
import io.skald.agent.source.SourceContext;
import io.skald.agent.source.SourceCounters;
import io.skald.agent.source.SourceSink;
import io.skald.agent.source.docker.DockerFeed;
import io.skald.agent.source.docker.DockerSdConfig;
import io.skald.agent.source.gelf.GelfConfig;
import io.skald.agent.source.gelf.GelfSource;
import io.skald.agent.source.journal.JournalConfig;
import io.skald.agent.source.journal.JournalFeed;
import io.skald.agent.source.push.PushConfig;
import io.skald.agent.source.push.PushSource;
import io.skald.agent.source.syslog.SyslogConfig;
import io.skald.agent.source.syslog.SyslogSource;
import io.skald.agent.tail.LineFeed;
import io.skald.agent.tail.SourceStatus;
import io.skald.common.reload.FileReloads;
import io.skald.common.time.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What the lanes of all clients read from in common. Made and closed by the agent. */
final class Inputs implements AutoCloseable {
  /** How often files of certificates are looked at. */
  private static final Duration RELOAD_PERIOD = Duration.ofSeconds(10);

  /** Of lines that Docker has in pieces, unless limits_config.max_line_size says another one. */
  private static final int DOCKER_LINE_BYTES = 256 << 10;

  private static final List<String> JOURNALCTL = List.of("journalctl");

  private final Map<String, List<Discovery>> discoveries = new HashMap<>();
  private final List<Discovery> distinct = new ArrayList<>();
  private final List<Source> sources = new ArrayList<>();
  private final Map<JournalConfig, JobLabels> journals = new IdentityHashMap<>();
  private final List<Docker> dockers = new ArrayList<>();
  private final Outlet outlet = new Outlet();
  private final SourceCounters counters = new SourceCounters();
  private final FileReloads reloads = new FileReloads();
  private final Clock clock;
  private int maxLineBytes = DOCKER_LINE_BYTES;

  /** The containers that one job reads. */
  private record Docker(DockerSdConfig config, JobLabels labels) {}

  /** Nothing that lanes share. */
  static Inputs none() {
    return new Inputs(Clock.system());
  }

  private Inputs(Clock clock) {
    this.clock = clock;
  }

  /**
   * Makes what the jobs need; nothing runs yet.
   *
   * @param hostname the name of this machine
   * @param environment the variables of the process
   */
  static Inputs of(
      AgentConfig config, String hostname, Map<String, String> environment, Clock clock) {
    Inputs inputs = new Inputs(clock);
    long maxLine = config.limitsConfig().maxLineSize();
    inputs.maxLineBytes = maxLine > 0 ? (int) maxLine : DOCKER_LINE_BYTES;
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
      inputs.addSources(job);
    }
    return inputs;
  }

  private void addSources(AgentConfig.ScrapeConfig job) {
    SourceContext context =
        new SourceContext(
            new JobLabels(job.jobName(), TargetSets.rules(job)), outlet, counters, reloads, clock);
    SyslogConfig syslog = job.sources().syslog();
    if (syslog != null) {
      sources.add(new SyslogSource(syslog, asksForPeerNames(job), context));
    }
    PushConfig push = job.sources().lokiPushApi();
    if (push != null) {
      sources.add(new PushSource(push, context));
    }
    GelfConfig gelf = job.sources().gelf();
    if (gelf != null) {
      sources.add(new GelfSource(gelf, context));
    }
    JournalConfig journal = job.sources().journal();
    if (journal != null) {
      journals.put(journal, context.labels());
    }
    job.sources()
        .dockerSdConfigs()
        .forEach(docker -> dockers.add(new Docker(docker, context.labels())));
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
   * @param savedCursors the text at a key of the positions file, "" for none
   * @param keepsNothing whether entries are printed instead of sent
   */
  List<LineFeed> feeds(
      SourceSink sink,
      Map<String, String> external,
      DeliveryJournal delivered,
      UnaryOperator<String> savedCursors,
      boolean keepsNothing) {
    List<LineFeed> feeds = new ArrayList<>();
    if (!sources.isEmpty()) {
      Inbox inbox = new Inbox(sink, external, keepsNothing, this::listening);
      outlet.add(inbox);
      delivered.onDurable(inbox::durable);
      feeds.add(inbox);
    }
    journals.forEach((config, labels) -> {
      String key = JournalFeed.key(labels.job());
      FilePosition known = delivered.readPositions().get(Cursor.id(key));
      feeds.add(
          new JournalFeed(
              config,
              new JobEntries(labels, external, sink),
              JOURNALCTL,
              known == null ? savedCursors.apply(key) : known.path(),
              known == null ? 0 : known.offset(),
              counters,
              clock));
    });
    for (Docker docker : dockers) {
      // Promtail's name, unless two jobs might read the same container.
      String prefix = dockers.size() == 1 ? "cursor-" : "cursor-" + docker.labels.job() + "-";
      feeds.add(
          new DockerFeed(
              docker.config,
              new JobEntries(docker.labels, external, sink),
              prefix,
              delivered.readPositions(),
              savedCursors,
              maxLineBytes,
              counters));
    }
    return feeds;
  }

  private List<SourceStatus> listening() {
    return sources.stream().map(Source::status).toList();
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
    if (!journals.isEmpty()) {
      checkJournalctl();
    }
    distinct.forEach(Discovery::start);
    if (!sources.isEmpty()) {
      reloads.start(RELOAD_PERIOD);
    }
    sources.forEach(Source::start);
  }

  private static void checkJournalctl() {
    String program = JOURNALCTL.getFirst();
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, program))) {
        return;
      }
    }
    throw new IllegalArgumentException(
        "journal: the program "
            + program
            + " is not on the PATH; the journal is read through it. In a container, use an image"
            + " with systemd's journalctl, or take the job out");
  }

  /** Takes nothing more from the network; what was taken is still handed on. */
  void stopTaking() {
    sources.forEach(Source::stopTaking);
  }

  /** Returns what became of entries of sources that are no files, like {@code syslog_entries}. */
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
