package io.skald.distributor;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skald.common.block.EntryBatch;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Remembers pushes as text; answers as told. */
final class FakeIngester implements IngesterClient {
  final List<String> stored = new ArrayList<>();
  final List<@Nullable BatchKey> keys = new ArrayList<>();
  volatile List<EntryRejection> rejections = List.of();
  volatile @Nullable IngestUnavailableException failure;

  /** Pushes wait for it, if set. */
  volatile @Nullable CountDownLatch gate;

  @Override
  public List<EntryRejection> push(
      TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {
    CountDownLatch wait = gate;
    if (wait != null) {
      try {
        wait.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    IngestUnavailableException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
    synchronized (stored) {
      keys.add(key);
      for (StreamBatch batch : batches) {
        EntryBatch entries = batch.entries();
        for (int i = 0; i < entries.size(); i++) {
          stored.add(
              tenant
                  + " "
                  + batch.labels()
                  + " "
                  + entries.timestamp(i)
                  + " "
                  + new String(entries.area(), entries.start(i), entries.length(i), UTF_8)
                  + " "
                  + entries.metadata().get(entries.metadataId(i)));
        }
      }
    }
    return rejections;
  }

  List<String> stored() {
    synchronized (stored) {
      return List.copyOf(stored);
    }
  }
}
