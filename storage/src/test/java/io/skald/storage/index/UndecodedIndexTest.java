package io.skald.storage.index;

import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.wal.DrivenClock;
import java.nio.file.Path;
import java.time.Duration;

/** A reader's view of days that are too large to be kept decoded. */
class UndecodedIndexTest extends LabelIndexContract {
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
    return new ShippedIndex(store, files, Duration.ZERO, 0, new DrivenClock(0));
  }
}
