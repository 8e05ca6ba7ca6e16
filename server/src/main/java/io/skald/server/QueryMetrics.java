package io.skald.server;

import io.skald.querier.api.FinishedRead;
import io.skald.querier.api.FinishedRead.Cost;
import io.skald.querier.api.ReadObserver;
import io.skald.querier.turn.FairTurns;

/** The metrics of reads. */
final class QueryMetrics implements ReadObserver {
  private final ServerMetrics.Timing reads;
  private final ServerMetrics.Timing phases;
  private final ServerMetrics.Count lines;
  private final ServerMetrics.Count bytes;
  private final ServerMetrics.Count returned;
  private final ServerMetrics.Count streams;
  private final ServerMetrics.Count chunks;
  private final ServerMetrics.Count blocks;
  private final ServerMetrics.Count skippedBlocks;
  private final ServerMetrics.Count skippedBytes;
  private final ServerMetrics.Count fetchedBytes;
  private final ServerMetrics.Count decompressedBytes;

  QueryMetrics(ServerMetrics metrics) {
    reads =
        metrics.timing(
            "skald_querier_query_duration_seconds",
            "Time of a read from its asking to its answer, waiting included.",
            "kind",
            "status_code");
    phases =
        metrics.timing(
            "skald_querier_phase_duration_seconds",
            "Time of the parts of a read: queue, parse, plan, scan, merge, write.",
            "kind",
            "phase");
    lines = count(metrics, "processed_lines", "Entries that stages of queries looked at.");
    bytes = count(metrics, "processed_bytes", "Line bytes of these entries.");
    returned = count(metrics, "returned_entries", "Entries in answers to log queries.");
    streams = count(metrics, "selected_streams", "Streams that queries selected.");
    chunks = count(metrics, "selected_chunks", "Stored chunks that queries selected.");
    blocks = count(metrics, "selected_blocks", "Blocks in the time range of queries.");
    skippedBlocks =
        count(metrics, "skipped_blocks", "Of these, blocks that did not have to be looked into.");
    skippedBytes = count(metrics, "skipped_bytes", "Line bytes of the blocks skipped.");
    fetchedBytes =
        count(metrics, "fetched_bytes", "Bytes that queries read from the object store.");
    decompressedBytes =
        count(metrics, "decompressed_bytes", "Line bytes that were decompressed for queries.");
  }

  private static ServerMetrics.Count count(ServerMetrics metrics, String name, String help) {
    return metrics.count("skald_querier_" + name + "_total", help, "kind");
  }

  void bind(ServerMetrics metrics, FairTurns turns) {
    metrics.gauge(
        "skald_querier_threads_waiting",
        "Threads of reads under way that wait for a processor.",
        turns::waitingForProcessor);
  }

  @Override
  public void finished(FinishedRead read) {
    String kind = read.kind().text();
    reads.observe(read.nanos(), kind, Integer.toString(read.status()));
    read.phaseNanos().forEach((phase, nanos) -> phases.observe(nanos, kind, phase.text()));
    Cost cost = read.cost();
    lines.add(cost.lines(), kind);
    bytes.add(cost.bytes(), kind);
    returned.add(cost.returned(), kind);
    streams.add(cost.streams(), kind);
    chunks.add(cost.chunks(), kind);
    blocks.add(cost.blocks(), kind);
    skippedBlocks.add(cost.skippedBlocks(), kind);
    skippedBytes.add(cost.skippedBytes(), kind);
    fetchedBytes.add(cost.fetchedBytes(), kind);
    decompressedBytes.add(cost.decompressedBytes(), kind);
  }
}
