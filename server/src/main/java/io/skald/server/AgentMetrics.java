package io.skald.server;

import io.skald.agent.AgentStatus;
import io.skald.agent.AgentStatus.ClientStatus;
import io.skald.agent.push.SendListener;
import io.skald.agent.tail.FileStatus;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of an agent, under the names that dashboards for Promtail look for. What is counted
 * by file or by job belongs to the running configuration and begins anew with another one.
 */
final class AgentMetrics {
  private static final double MILLIS_PER_SECOND = 1000;

  private final String prefix;
  private final Supplier<AgentStatus> status;
  private final TenantLabels tenants = new TenantLabels();
  private final AtomicLong reloads = new AtomicLong();
  private final AtomicLong failedReloads = new AtomicLong();
  private final ServerMetrics.Count encodedBytes;
  private final ServerMetrics.Count sentBytes;
  private final ServerMetrics.Count sentEntries;
  private final ServerMetrics.Count droppedBytes;
  private final ServerMetrics.Count droppedEntries;
  private final ServerMetrics.Count mutatedBytes;
  private final ServerMetrics.Count mutatedEntries;
  private final ServerMetrics.Count retries;
  private final ServerMetrics.Timing requests;

  /**
   * Adds the metrics.
   *
   * @param prefix the first word of their names
   * @param status how the agent stands now
   */
  AgentMetrics(ServerMetrics metrics, String prefix, Supplier<AgentStatus> status) {
    this.prefix = prefix + "_";
    this.status = status;
    encodedBytes = count(metrics, "encoded_bytes_total", "Bytes of batches made.", "host");
    sentBytes = count(metrics, "sent_bytes_total", "Bytes of batches that arrived.", "host");
    sentEntries = count(metrics, "sent_entries_total", "Entries that arrived.", "host");
    droppedBytes = losses(metrics, "dropped_bytes_total", "Line bytes given up.");
    droppedEntries = losses(metrics, "dropped_entries_total", "Entries given up.");
    mutatedBytes = losses(metrics, "mutated_bytes_total", "Bytes cut off lines.");
    mutatedEntries = losses(metrics, "mutated_entries_total", "Lines that were cut.");
    retries =
        count(
            metrics,
            "batch_retries_total",
            "Attempts that failed and were repeated.",
            "host",
            "tenant");
    requests =
        metrics.timing(
            this.prefix + "request_duration_seconds",
            "Time of one attempt to push; status -1 is no answer.",
            "status_code",
            "host");
    metrics.counter(
        this.prefix + "config_reload_success_total",
        "Times the file was read again.",
        reloads::get);
    metrics.counter(
        this.prefix + "config_reload_fail_total",
        "Times the file was read again and was no good, or could not be put in force.",
        failedReloads::get);
    metrics.gauges(
        this.prefix + "build_info",
        "The version that runs.",
        "version",
        () -> Map.of(Version.current(), 1.0));
    bindFiles(metrics);
    bindTargets(metrics);
    bindLines(metrics);
    bindBuffer(metrics);
    bindSources(metrics);
  }

  private ServerMetrics.Count count(
      ServerMetrics metrics, String name, String help, String... labels) {
    return metrics.count(prefix + name, help, labels);
  }

  private ServerMetrics.Count losses(ServerMetrics metrics, String name, String help) {
    return count(metrics, name, help, "host", "tenant", "reason");
  }

  void reloaded() {
    reloads.incrementAndGet();
  }

  void reloadFailed() {
    failedReloads.incrementAndGet();
  }

  // ---- from the status

  private void bindFiles(ServerMetrics metrics) {
    metrics.gauges(
        prefix + "read_bytes_total",
        "How far a file was read; of several clients by the slowest.",
        "path",
        () -> byPath(FileStatus::readBytes, false, Math::min));
    metrics.gauges(
        prefix + "file_bytes_total",
        "Size of a followed file.",
        "path",
        () -> byPath(FileStatus::sizeBytes, false, Math::max));
    metrics.gauges(
        prefix + "file_lag_bytes",
        "What a path holds that is not read yet, rotated files included.",
        "path",
        () -> byPath(FileStatus::lagBytes, true, Math::max));
    metrics.gauges(
        prefix + "file_lag_seconds",
        "For how long a file has not been read to its end.",
        "path",
        () -> byPath(file -> file.behindMillis() / MILLIS_PER_SECOND, true, Math::max));
    metrics.counters(
        prefix + "read_lines_total",
        "Lines read of a path since its file was opened.",
        "path",
        () -> byPath(FileStatus::linesRead, true, (first, _) -> first));
    metrics.gauge(
        prefix + "files_active_total",
        "Files that are followed.",
        () -> byPath(_ -> 1, true, Math::max).size());
    metrics.gauge(
        prefix + "files_unreadable",
        "Files that match and cannot be read; the log says why.",
        () -> largest(ClientStatus::filesUnreadable));
    metrics.counters(
        prefix + "lost_bytes_total",
        "Bytes that were gone before they were read.",
        "host",
        () -> byHost(ClientStatus::bytesLost));
    metrics.counters(
        prefix + "damaged_files_total",
        "Compressed files that could not be decoded to their end.",
        "host",
        () -> byHost(ClientStatus::filesDamaged));
    metrics.counters(
        prefix + "cut_lines_total",
        "Lines longer than tail_config.max_line_bytes.",
        "host",
        () -> byHost(ClientStatus::linesCut));
  }

  private void bindTargets(ServerMetrics metrics) {
    metrics.gauge(
        prefix + "targets_active_total",
        "Label sets that are followed, and other sources that are read.",
        () ->
            largest(client ->
                client.targets().stream().filter(target -> target.isFollowed()).count()
                    + client.sources().stream().filter(source -> source.ready()).count()));
    metrics.counters(
        prefix + "targets_failed_total",
        "Label sets that became no targets.",
        "reason",
        () -> ofFirst(ClientStatus::targetsFailed));
  }

  private void bindLines(ServerMetrics metrics) {
    metrics.counters(
        "logentry_dropped_lines_total",
        "Lines that stages and the limit of their rate dropped.",
        "reason",
        () -> ofFirst(ClientStatus::linesDropped));
    metrics.counters(
        "logentry_dropped_lines_by_label_total",
        "Lines that limit stages dropped by label.",
        samples ->
            ofFirst(ClientStatus::linesDroppedByLabel)
                .forEach((label, lines) -> {
                  int equals = label.indexOf('=');
                  samples.add(lines, label.substring(0, equals), label.substring(equals + 1));
                }),
        "label_name",
        "label_value");
  }

  private void bindBuffer(ServerMetrics metrics) {
    metrics.gauges(
        prefix + "buffer_bytes",
        "What is kept on disk of batches that have not arrived.",
        "host",
        () -> byHost(client -> client.buffered().bytes()));
    metrics.gauges(
        prefix + "buffer_batches",
        "Batches on disk that have not arrived.",
        "host",
        () -> byHost(client -> client.buffered().batches()));
    metrics.gauges(
        prefix + "buffer_oldest_seconds",
        "Age of the oldest batch on disk that has not arrived; 0 without one.",
        "host",
        () -> byHost(client -> client.buffered().oldestSeconds()));
  }

  /** What comes to the agent instead of being read from files. */
  private void bindSources(ServerMetrics metrics) {
    source(metrics, "syslog_target_entries_total", "syslog_entries", "Messages taken.");
    source(metrics, "syslog_target_parsing_errors_total", "syslog_parsing_errors", "Bad messages.");
    source(metrics, "syslog_empty_messages_total", "syslog_empty_messages", "Empty messages.");
    source(metrics, "syslog_target_dropped_total", "syslog_dropped", "Messages without room.");
    source(metrics, "gelf_target_entries_total", "gelf_entries", "Messages taken.");
    source(metrics, "gelf_target_parsing_errors_total", "gelf_parsing_errors", "Bad messages.");
    source(metrics, "gelf_target_dropped_total", "gelf_dropped", "Messages without room.");
    source(metrics, "push_target_entries_total", "push_entries", "Entries answered with 204.");
    source(metrics, "push_target_refused_total", "push_refused", "Pushes refused.");
    source(metrics, "journal_target_lines_total", "journal_lines", "Entries of the journal.");
    source(
        metrics,
        "journal_target_parsing_errors_total",
        "journal_parsing_errors",
        "Entries of the journal without a message.");
    source(metrics, "docker_target_entries_total", "docker_entries", "Lines of containers.");
    source(
        metrics,
        "docker_target_parsing_errors_total",
        "docker_parsing_errors",
        "Times the logs of a container could not be read.");
  }

  private void source(ServerMetrics metrics, String name, String key, String help) {
    metrics.counter(prefix + name, help, () -> status.get().sourceCounts().getOrDefault(key, 0L));
  }

  /** Joins two values. */
  private interface Join {
    double of(double one, double other);
  }

  /**
   * Returns a value for each path. Files that share a path are those of several jobs, or rotated
   * ones beside the present one.
   *
   * @param rotated whether rotated files count, added to the present one; else they stand for the
   *     path only while there is no other
   * @param join of what two clients say
   */
  private Map<String, Double> byPath(
      ToDoubleFunction<FileStatus> value, boolean rotated, Join join) {
    Map<String, Double> all = new TreeMap<>();
    for (ClientStatus client : status.get().clients()) {
      Map<String, Double> own = new LinkedHashMap<>();
      Set<String> jobs = new HashSet<>();
      for (FileStatus file : client.files()) {
        // Jobs that share a file read it each by itself; one of them stands for all.
        if (file.rotated() ? !rotated : !jobs.add(file.path())) {
          own.putIfAbsent(file.path(), value.applyAsDouble(file));
        } else if (rotated) {
          own.merge(file.path(), value.applyAsDouble(file), Double::sum);
        } else {
          own.put(file.path(), value.applyAsDouble(file));
        }
      }
      own.forEach((path, number) -> all.merge(path, number, join::of));
    }
    return all;
  }

  private Map<String, Double> byHost(ToDoubleFunction<ClientStatus> value) {
    Map<String, Double> all = new TreeMap<>();
    for (ClientStatus client : status.get().clients()) {
      all.merge(host(client.url()), value.applyAsDouble(client), Double::sum);
    }
    return all;
  }

  private double largest(ToDoubleFunction<ClientStatus> value) {
    return status.get().clients().stream().mapToDouble(value).max().orElse(0);
  }

  /** Every client sees the same lines; the first one stands for all. */
  private Map<String, Double> ofFirst(
      java.util.function.Function<ClientStatus, Map<String, Long>> counts) {
    Map<String, Double> all = new TreeMap<>();
    status.get().clients().stream()
        .limit(1)
        .forEach(client ->
            counts.apply(client).forEach((key, count) -> all.put(key, count.doubleValue())));
    return all;
  }

  // ---- from the senders

  /**
   * Returns who is to hear what becomes of batches.
   *
   * @param urls of the clients, by their names
   * @param ownTenants of the clients, by their names
   */
  SendListener listener(Map<String, String> urls, Map<String, String> ownTenants) {
    Map<String, String> hosts = new LinkedHashMap<>();
    urls.forEach((client, url) -> {
      hosts.put(client, host(url));
      String tenant = tenants.of(ownTenants.getOrDefault(client, ""));
      for (SendListener.DropReason reason : SendListener.DropReason.values()) {
        droppedBytes.add(0, host(url), tenant, reason.text());
        droppedEntries.add(0, host(url), tenant, reason.text());
      }
      String cut = SendListener.DropReason.LINE_TOO_LONG.text();
      mutatedBytes.add(0, host(url), tenant, cut);
      mutatedEntries.add(0, host(url), tenant, cut);
      encodedBytes.add(0, host(url));
      sentBytes.add(0, host(url));
      sentEntries.add(0, host(url));
      retries.add(0, host(url), tenant);
    });
    return new Counting(Map.copyOf(hosts));
  }

  /** Returns host and port as the URL has them. */
  private static String host(String url) {
    return String.valueOf(java.net.URI.create(url).getAuthority());
  }

  private final class Counting implements SendListener {
    private final Map<String, String> hosts;

    Counting(Map<String, String> hosts) {
      this.hosts = hosts;
    }

    private String host(String client) {
      return hosts.getOrDefault(client, client);
    }

    @Override
    public void encoded(String client, int bodyBytes) {
      encodedBytes.add(bodyBytes, host(client));
    }

    @Override
    public void attempted(String client, int code, long durationNanos) {
      requests.observe(durationNanos, Integer.toString(code), host(client));
    }

    @Override
    public void sent(String client, int entries, long lineBytes, long bodyBytes) {
      sentBytes.add(bodyBytes, host(client));
      sentEntries.add(entries, host(client));
    }

    @Override
    public void retried(String client, String tenant) {
      retries.add(1, host(client), tenants.of(tenant));
    }

    @Override
    public void mutated(String client, String tenant, DropReason reason, int entries, long bytes) {
      mutatedBytes.add(bytes, host(client), tenants.of(tenant), reason.text());
      mutatedEntries.add(entries, host(client), tenants.of(tenant), reason.text());
    }

    @Override
    public void dropped(
        String client, String tenant, DropReason reason, int entries, long lineBytes) {
      droppedBytes.add(lineBytes, host(client), tenants.of(tenant), reason.text());
      droppedEntries.add(entries, host(client), tenants.of(tenant), reason.text());
    }
  }
}
