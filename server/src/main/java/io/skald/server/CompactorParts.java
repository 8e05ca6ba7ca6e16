package io.skald.server;

import io.skald.common.limits.TenantLimits;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.compact.CompactionConfig;
import io.skald.storage.compact.CompactionCounters;
import io.skald.storage.compact.Compactor;
import io.skald.storage.compact.EntryRemovals;
import io.skald.storage.compact.Retention;
import io.skald.storage.delete.DeleteRequests;
import io.skald.storage.index.IndexFileCache;
import io.skald.storage.index.IndexMerge;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The compactor put together, with the thread that it runs in. Start and close once each. */
final class CompactorParts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CompactorParts.class);

  /** A compactor that has not been heard of for so long is taken to be gone. */
  private static final int LEASE_INTERVALS = 3;

  private static final Duration SHORTEST_LEASE = Duration.ofMinutes(5);

  /** A flush may fail for a while. */
  private static final Duration FLUSH_MARGIN = Duration.ofHours(1);

  private final Duration interval;
  private final Compactor compactor;
  private final Clock clock;
  private @Nullable Thread thread;

  /** What a compactor needs of the process; all of it stays open. */
  record Needs(
      ObjectStore objects,
      IndexFileCache files,
      ColumnDecoder decoder,
      DeleteRequests deletes,
      TenantLimits limits,
      Clock clock,
      RandomGenerator random) {}

  /**
   * @param holder names this process among all that may compact
   * @param changed gets each tenant whose index is another one now
   */
  CompactorParts(SkaldConfig config, Needs needs, String holder, Consumer<TenantId> changed) {
    CompactorSection own = config.compactor();
    CompactionConfig defaults = CompactionConfig.DEFAULTS;
    CompactionConfig compaction =
        new CompactionConfig(
            own.minFileAge(),
            own.retentionDeleteDelay(),
            defaults.orphanAge(),
            defaults.lineBytesPerChunk(),
            defaults.smallChunkBytes(),
            defaults.maxPackBytes(),
            defaults.maxBytesPerRun());
    this.interval = own.compactionInterval();
    this.clock = needs.clock;
    Path working = own.workingFolder(config.common().pathPrefix());
    Duration lease = interval.multipliedBy(LEASE_INTERVALS);
    this.compactor =
        new Compactor(
            compaction,
            new Compactor.Parts(
                needs.objects,
                new IndexMerge(needs.objects, needs.files, working, holder, clock, needs.random),
                new PackWriter(needs.objects, clock, needs.random),
                needs.decoder,
                config.common().storage().s3().isSet() ? working.resolve("packs") : null,
                clock),
            own.retentionEnabled() ? new StreamPeriods(needs.limits) : keepAll(),
            own.retentionEnabled() ? removals(config, needs) : EntryRemovals.NONE,
            holder,
            lease.compareTo(SHORTEST_LEASE) < 0 ? SHORTEST_LEASE : lease,
            changed);
  }

  private static Retention keepAll() {
    return (_, _) -> 0;
  }

  private static EntryRemovals removals(SkaldConfig config, Needs needs) {
    return new DeleteRemovals(
        needs.deletes,
        needs.limits,
        config.compactor().deleteRequestCancelPeriod(),
        config.ingester().maxChunkAge().plus(FLUSH_MARGIN),
        needs.clock);
  }

  void start() {
    thread = Thread.ofPlatform().name("compactor").start(this::loop);
  }

  private void loop() {
    try {
      while (true) {
        Thread.sleep(interval);
        long started = clock.monotonicNanos();
        try {
          compactor.run();
        } catch (RuntimeException e) {
          compactor.counters().failures.increment();
          LOG.error("a compaction failed; the next one tries again", e);
        }
        LOG.debug("compaction took {} ms", (clock.monotonicNanos() - started) / 1_000_000);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  void bind(ServerMetrics metrics) {
    CompactionCounters done = compactor.counters();
    counter(metrics, "runs", "Times the compactor ran.", done.runs);
    counter(metrics, "passive_runs", "Of these, times another one was active.", done.passive);
    counter(metrics, "failures", "Tenants whose compaction failed.", done.failures);
    counter(metrics, "merged_index_files", "Index files that were merged.", done.mergedIndexFiles);
    counter(metrics, "written_index_files", "Index files that came of it.", done.writtenIndexFiles);
    counter(metrics, "rewritten_packs", "Packs that were written anew.", done.rewrittenPacks);
    counter(metrics, "written_packs", "Packs that came of it.", done.writtenPacks);
    counter(metrics, "merged_chunks", "Chunks of packs that were written anew.", done.mergedChunks);
    counter(metrics, "written_chunks", "Chunks that came of it.", done.writtenChunks);
    counter(
        metrics,
        "duplicate_entries",
        "Entries that stood in several chunks and stand in one now.",
        done.duplicateEntries);
    counter(
        metrics,
        "removed_entries",
        "Entries that delete requests removed from packs.",
        done.removedEntries);
    counter(metrics, "expired_chunks", "Chunks that were kept long enough.", done.expiredChunks);
    counter(metrics, "deleted_objects", "Objects deleted that nothing read.", done.deletedObjects);
    counter(metrics, "orphans", "Objects found that nothing referred to.", done.orphans);
    metrics.counter(
        "skald_compactor_run_seconds_total",
        "Time spent compacting.",
        () -> done.busyNanos.sum() / 1e9);
    metrics.gauge(
        "skald_compactor_last_success_timestamp_seconds",
        "When the last run ended in which nothing failed; 0 if none did.",
        () -> done.lastSuccessNanos.get() / 1e9);
  }

  private static void counter(ServerMetrics metrics, String name, String help, LongAdder value) {
    metrics.counter("skald_compactor_" + name + "_total", help, value::sum);
  }

  /** Ends a running compaction at its next step; what it had written is of no account. */
  @Override
  public void close() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      boolean interrupted = false;
      while (running.isAlive()) {
        try {
          running.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    compactor.close();
  }
}
