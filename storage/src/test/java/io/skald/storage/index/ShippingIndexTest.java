package io.skald.storage.index;

import io.skald.storage.object.InMemoryObjectStore;
import java.nio.file.Path;

/** The writer's view: what it flushed is seen at once. */
class ShippingIndexTest extends LabelIndexContract {
  private final InMemoryObjectStore store = new InMemoryObjectStore();

  @Override
  LabelIndex open(Path folder) {
    return Shipping.open(folder, store);
  }
}
