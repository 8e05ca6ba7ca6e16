package io.skald.common.rpc.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skald.common.block.BlockView;
import io.skald.common.block.EntryBatch;
import io.skald.common.block.ReadRoom;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ingest.RecentPatterns;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** An ingester that answers as told and remembers what it was asked. */
final class HeldEntries implements IngesterClient, IngesterReads {
  private static final Labels LABELS = Labels.of("app", "a");

  final List<String> pushed = new ArrayList<>();
  final List<@Nullable BatchKey> keys = new ArrayList<>();
  final CountDownLatch closed = new CountDownLatch(1);
  volatile List<EntryRejection> refused = List.of();
  volatile @Nullable RuntimeException failure;
  volatile List<BlockView> blocks = List.of();
  volatile List<byte[]> flushed = List.of();
  volatile String asked = "";
  private volatile @Nullable Sink sink;
  private volatile @Nullable CountDownLatch hanging;
  private volatile @Nullable CountDownLatch resumed;

  /** Makes the next push wait; returns what is counted down once it does. */
  CountDownLatch hang() {
    CountDownLatch reached = new CountDownLatch(1);
    resumed = new CountDownLatch(1);
    hanging = reached;
    return reached;
  }

  void resume() {
    hanging = null;
    CountDownLatch waiting = resumed;
    if (waiting != null) {
      waiting.countDown();
    }
  }

  @Override
  public List<EntryRejection> push(
      TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {
    CountDownLatch reached = hanging;
    CountDownLatch waiting = resumed;
    if (reached != null && waiting != null) {
      reached.countDown();
      try {
        waiting.await();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
    keys.add(key);
    for (StreamBatch batch : batches) {
      EntryBatch entries = batch.entries();
      for (int i = 0; i < entries.size(); i++) {
        String line = new String(entries.area(), entries.start(i), entries.length(i), UTF_8);
        pushed.add(
            tenant
                + " "
                + batch.labels()
                + " "
                + entries.timestamp(i)
                + " "
                + line
                + " "
                + entries.metadata().get(entries.metadataId(i)));
      }
    }
    return refused;
  }

  @Override
  public Holdings select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos,
      ReadRoom room) {
    asked = tenant + " " + matchers + " " + fromNanos + " " + throughNanos + " " + shard.count();
    Fingerprint fingerprint = Fingerprint.of(LABELS);
    List<Long> ids = LongStream.range(100, 100 + blocks.size()).boxed().toList();
    return new Holdings(
        blocks.isEmpty() ? List.of() : List.of(new RecentStream(fingerprint, LABELS, blocks, ids)),
        flushed.isEmpty() ? List.of() : List.of(new FlushedStream(fingerprint, LABELS, flushed)));
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return blocks.isEmpty() ? Set.of() : Set.of(LABELS);
  }

  @Override
  public PatternHoldings patterns(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return new PatternHoldings(new RecentPatterns.Found(Set.of(), List.of()), List.of());
  }

  @Override
  public Subscription subscribe(TenantId tenant, List<LabelMatcher> matchers, Sink taker) {
    sink = taker;
    return closed::countDown;
  }

  void tell(BlockView entries) {
    Sink taker = sink;
    if (taker == null) {
      throw new IllegalStateException("nobody has subscribed");
    }
    taker.take(LABELS, entries);
  }
}
