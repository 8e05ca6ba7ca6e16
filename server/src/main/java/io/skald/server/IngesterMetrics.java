package io.skald.server;

import io.skald.ingester.FlushReason;
import io.skald.ingester.Ingester;
import io.skald.ingester.IngesterConfig;
import io.skald.ingester.IngesterStatistics;
import io.skald.storage.wal.ReplayReport;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The metrics of an ingester and its log, beyond those that {@link ServerProcess} binds. */
final class IngesterMetrics {
  private IngesterMetrics() {}

  static void bind(ServerMetrics metrics, Ingester ingester, IngesterConfig config) {
    Supplier<IngesterStatistics> now = ingester::statistics;
    metrics.gauge(
        "skald_ingester_memory_tenants",
        "Tenants that have pushed since the start, or are in the log.",
        () -> now.get().tenants());
    metrics.gauge(
        "skald_ingester_unsealed_bytes",
        "The part of the unflushed memory that waits to be compressed.",
        () -> now.get().unsealedBytes());
    metrics.counter(
        "skald_ingester_stored_lines_total",
        "Lines that are durable in the log and in memory.",
        () -> now.get().pushedEntries());
    metrics.counter(
        "skald_ingester_stored_bytes_total", "Line bytes of these.", () -> now.get().pushedBytes());
    metrics.counter(
        "skald_ingester_repeated_lines_total",
        "Lines left out because their batch came again under its key.",
        () -> now.get().repeatedEntries());
    metrics.counters(
        "skald_ingester_chunks_flushed_total",
        "Chunks moved to object storage, by the reason for which they were closed.",
        "reason",
        () -> byReason(now.get().flushedChunks()));
    metrics.gauge(
        "skald_ingester_flush_waiting_chunks",
        "Closed chunks that are being flushed, or wait after a flush that failed.",
        () -> now.get().waitingChunks());
    metrics.histogram(
        "skald_ingester_flush_duration_seconds",
        "Time to compress the rest of a pack's chunks, write it and index it.",
        () -> now.get().packTimes());
    bindLog(metrics, now, config);
  }

  private static void bindLog(
      ServerMetrics metrics, Supplier<IngesterStatistics> now, IngesterConfig config) {
    metrics.histogram(
        "skald_wal_sync_duration_seconds",
        "Time to sync the log's file for a group of records.",
        () -> now.get().wal().syncTimes());
    metrics.gauge("skald_wal_segments", "Segment files.", () -> now.get().wal().segments());
    metrics.gauge(
        "skald_wal_queued_bytes",
        "Bytes of records that wait for the disk.",
        () -> now.get().wal().queuedBytes());
    metrics.gauge(
        "skald_wal_queued_bytes_limit",
        "Bytes at which pushes wait, then are refused.",
        () -> config.wal().maxQueuedBytes());
    metrics.counters(
        "skald_wal_refused_pushes_total",
        "Pushes refused because of the log's disk: it is full, failing or too slow.",
        "reason",
        () -> refused(now.get()));
    metrics.counter(
        "skald_wal_checkpoints_total",
        "Checkpoints written, so that segments could be deleted.",
        () -> now.get().checkpoints());
    metrics.gauge(
        "skald_wal_replayed_records",
        "Records that the start read from the log.",
        () -> replayed(now.get(), ReplayReport::records));
    metrics.gauge(
        "skald_wal_replayed_bytes",
        "Bytes that the start read from the log.",
        () -> replayed(now.get(), ReplayReport::bytes));
    metrics.gauge(
        "skald_wal_replay_damages",
        "Damaged places that the start skipped in the log.",
        () -> replayed(now.get(), ReplayReport::damageCount));
  }

  private static Map<String, Double> byReason(Map<FlushReason, Long> chunks) {
    Map<String, Double> counts = new LinkedHashMap<>();
    for (FlushReason reason : FlushReason.values()) {
      counts.put(reason.name().toLowerCase(Locale.ROOT), (double) chunks.getOrDefault(reason, 0L));
    }
    return counts;
  }

  private static Map<String, Double> refused(IngesterStatistics statistics) {
    return Map.of(
        "disk_full", (double) statistics.wal().refusedForFullDisk(),
        "disk_failing", (double) statistics.wal().refusedForFailingDisk(),
        "disk_slow", (double) statistics.wal().refusedForSlowDisk());
  }

  private static long replayed(IngesterStatistics statistics, ToLongFunction<ReplayReport> figure) {
    ReplayReport replay = statistics.replay();
    return replay == null ? 0 : figure.applyAsLong(replay);
  }
}
