package io.skald.storage.index;

import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.wal.DrivenClock;
import java.nio.file.Path;
import java.time.Duration;

/** A reader's view: it has nothing but the object store. */
class StatelessIndexTest extends LabelIndexContract {
  private final InMemoryObjectStore store = new InMemoryObjectStore();

  @Override
  LabelIndex open(Path folder) {
    return Shipping.open(folder, store);
  }

  @Override
  StreamIndex reader(LabelIndex written) {
    IndexFileCache files =
        new IndexFileCache(
            directory.resolve("reader"), 1 << 30, name -> store.read(name.key(), 0, name.length()));
    return new ShippedIndex(store, files, Duration.ZERO, maxImageFileBytes(), new DrivenClock(0));
  }

  /** Days of no more than this are kept decoded; here all are. */
  long maxImageFileBytes() {
    return Long.MAX_VALUE;
  }
}
