package io.skald.storage.index;

import java.nio.file.Path;

class RocksLabelIndexTest extends LabelIndexContract {
  @Override
  LabelIndex open(Path folder) {
    return new RocksLabelIndex(folder);
  }
}
