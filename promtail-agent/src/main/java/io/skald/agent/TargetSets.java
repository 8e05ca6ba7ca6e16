package io.skald.agent;

import io.skald.agent.discovery.Discovery;
import io.skald.agent.relabel.RelabelRules;
import io.skald.agent.tail.ArchiveFormat;
import io.skald.agent.tail.LineEncoding;
import io.skald.agent.tail.Target;
import io.skald.common.time.Clock;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The targets of one client: the label sets of all jobs, relabelled and admitted. Files that hold
 * label sets are looked at every second. Confined to the reader thread.
 */
final class TargetSets {
  private static final Logger log = LoggerFactory.getLogger(TargetSets.class);

  /** How often the files of label sets are looked at. */
  private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

  private static final String PATH = "__path__";
  private static final String HOST = "__host__";
  private static final String ADDRESS = "__address__";

  private final List<Job> jobs = new ArrayList<>();
  private final Map<String, String> external;
  private final String hostname;
  private final Clock clock;
  private final FoundTargets found;

  /** Targets by their keys, so that one that stays is the same object. */
  private Map<String, Target> known = new HashMap<>();

  private @Nullable List<Target> current;
  private List<Target> plain = List.of();
  private List<Target> archives = List.of();

  /** What became of the label sets of the build under way. */
  private final List<DiscoveredTarget> told = new ArrayList<>();

  private long nextLook;

  /** Label sets that became no targets in the last build; each is told and counted once. */
  private Set<Refused> refused = new HashSet<>();

  private Set<Refused> refusedNow = new HashSet<>();

  /** A job with its rules, the files it watches and what else it asks. */
  private record Job(
      AgentConfig.ScrapeConfig config,
      RelabelRules rules,
      List<LabelSetFiles> files,
      LineEncoding encoding,
      @Nullable ArchiveFormat archives,
      List<Found> found) {}

  /** What a discovery told last. */
  private static final class Found {
    final Discovery discovery;
    List<Map<String, String>> labelSets = List.of();

    Found(Discovery discovery) {
      this.discovery = discovery;
    }

    boolean look() {
      List<Map<String, String>> before = labelSets;
      labelSets = discovery.labelSets();
      return labelSets != before;
    }
  }

  /** A label set on its way to a target. */
  private record Candidate(String key, Map<String, String> labels) {}

  private record Refused(String job, Candidate candidate, String reason) {}

  /**
   * @param external labels of the client
   * @param hostname what {@code __host__} is compared with
   * @param inputs where label sets come from that all clients share
   * @param found is told what became of label sets
   * @throws IllegalArgumentException if a rule or a glob is not valid
   */
  TargetSets(
      AgentConfig config,
      Map<String, String> external,
      String hostname,
      Clock clock,
      Inputs inputs,
      FoundTargets found) {
    for (AgentConfig.ScrapeConfig scrape : config.scrapeConfigs()) {
      jobs.add(
          new Job(
              scrape,
              rules(scrape),
              scrape.fileSdConfigs().stream()
                  .map(files -> new LabelSetFiles(scrape.jobName(), files))
                  .toList(),
              LineEncoding.named(scrape.format().encoding()),
              scrape.format().decompression().archives(),
              inputs.discoveries(scrape.jobName()).stream().map(Found::new).toList()));
    }
    this.external = Map.copyOf(external);
    this.hostname = hostname;
    this.clock = clock;
    this.found = found;
  }

  static RelabelRules rules(AgentConfig.ScrapeConfig scrape) {
    try {
      return RelabelRules.compile(scrape.relabelConfigs());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("job '" + scrape.jobName() + "': " + e.getMessage(), e);
    }
  }

  /** Returns the targets; the same list while nothing has changed. */
  List<Target> current() {
    long now = clock.monotonicNanos();
    List<Target> present = current;
    boolean lookAtFiles = present == null || now - nextLook >= 0;
    if (lookAtFiles) {
      nextLook = now + LOOK_NANOS;
    }
    boolean changed = false;
    for (Job job : jobs) {
      for (LabelSetFiles files : job.files) {
        changed |= lookAtFiles && files.look(now);
      }
      for (Found found : job.found) {
        changed |= found.look();
      }
    }
    if (present == null || changed) {
      List<Target> built = build();
      List<Target> kept = present != null && built.equals(present) ? present : built;
      current = kept;
      if (kept != present) {
        plain = kept.stream().filter(target -> target.archives() == null).toList();
        archives = kept.stream().filter(target -> target.archives() != null).toList();
      }
      return kept;
    }
    return present;
  }

  /** Returns the targets of files as they are; the same list while nothing has changed. */
  List<Target> plain() {
    current();
    return plain;
  }

  /** Returns the targets of compressed files; the same list while nothing has changed. */
  List<Target> archives() {
    current();
    return archives;
  }

  private List<Target> build() {
    Map<String, Target> built = new HashMap<>();
    List<Target> targets = new ArrayList<>();
    for (Job job : jobs) {
      Set<Map<String, String>> seen = new HashSet<>();
      for (Candidate candidate : candidates(job)) {
        Target target = admit(job, candidate, seen);
        if (target != null) {
          built.put(target.key(), target);
          targets.add(target);
          told.add(new DiscoveredTarget(target.job(), candidate.labels, target.labels(), "", ""));
        }
      }
    }
    known = built;
    refused = refusedNow;
    refusedNow = new HashSet<>();
    found.targets = List.copyOf(told);
    told.clear();
    return List.copyOf(targets);
  }

  private static List<Candidate> candidates(Job job) {
    List<Candidate> all = new ArrayList<>();
    String name = job.config.jobName();
    for (int i = 0; i < job.config.staticConfigs().size(); i++) {
      AgentConfig.StaticConfig config = job.config.staticConfigs().get(i);
      List<String> addresses = config.targets().isEmpty() ? List.of("localhost") : config.targets();
      for (int t = 0; t < addresses.size(); t++) {
        Map<String, String> labels = new TreeMap<>();
        labels.put(ADDRESS, addresses.get(t));
        labels.putAll(config.labels());
        all.add(new Candidate(name + "/" + i + (t == 0 ? "" : "." + t), labels));
      }
    }
    for (LabelSetFiles files : job.files) {
      for (Map<String, String> labels : files.labelSets()) {
        all.add(new Candidate("", labels));
      }
    }
    for (Found found : job.found) {
      for (Map<String, String> labels : found.labelSets) {
        all.add(new Candidate("", labels));
      }
    }
    return all;
  }

  private @Nullable Target admit(Job job, Candidate candidate, Set<Map<String, String>> seen) {
    Optional<SortedMap<String, String>> relabelled = job.rules.apply(candidate.labels);
    if (relabelled.isEmpty()) {
      return refuse(job, candidate, "dropped", "a relabel rule dropped it");
    }
    SortedMap<String, String> labels = relabelled.get();
    String host = labels.get(HOST);
    if (host != null && !host.equals(hostname)) {
      return refuse(
          job, candidate, "wrong_host", "its __host__ is " + host + ", this one is " + hostname);
    }
    if (!labels.containsKey(PATH)) {
      return refuse(job, candidate, "no_path", "it has no __path__, so there is nothing to follow");
    }
    labels
        .keySet()
        .removeIf(name ->
            name.startsWith("__") && !name.equals(PATH) && !name.equals("__path_exclude__"));
    if (!seen.add(labels)) {
      return refuse(job, candidate, "exists", "another one has the same path and labels");
    }
    String key =
        candidate.key.isEmpty() ? job.config.jobName() + "/" + digest(labels) : candidate.key;
    if (job.archives != null) {
      key = job.archives.keyOf(key);
    }
    Target same = known.get(key);
    if (same != null) {
      return same;
    }
    try {
      return new Target(key, job.config.jobName(), labels, external, job.encoding, job.archives);
    } catch (IllegalArgumentException e) {
      if (!candidate.key.isEmpty() && job.config.relabelConfigs().isEmpty()) {
        throw e; // the configuration itself says so
      }
      return refuse(job, candidate, "bad_path", String.valueOf(e.getMessage()));
    }
  }

  private @Nullable Target refuse(Job job, Candidate candidate, String reason, String why) {
    told.add(new DiscoveredTarget(job.config.jobName(), candidate.labels, Map.of(), reason, why));
    Refused again = new Refused(job.config.jobName(), candidate, reason);
    refusedNow.add(again);
    if (!refused.contains(again)) {
      found.failed.increment(reason);
      // Of what a cluster tells, most is meant to be dropped.
      log.atLevel(job.found.isEmpty() ? Level.INFO : Level.DEBUG)
          .log(
              "job {}: a target is not followed: {} ({})",
              job.config.jobName(),
              why,
              candidate.labels);
    }
    return null;
  }

  /** Names a label set that has no place of its own; a changed one inherits by its files. */
  private static String digest(SortedMap<String, String> labels) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      labels.forEach((name, value) ->
          digest.update((name + "\0" + value + "\0").getBytes(StandardCharsets.UTF_8)));
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
