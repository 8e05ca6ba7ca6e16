package io.skald.common.rpc.ingest;

import io.skald.common.block.BlockView;
import io.skald.common.block.ForwardingBlock;

/** A block that is kept sealed, as a test says. */
final class SealedView extends ForwardingBlock {
  private final byte[] bytes;

  SealedView(BlockView block, byte[] bytes) {
    super(block);
    this.bytes = bytes;
  }

  @Override
  public Sealed sealed() {
    return new Sealed() {
      @Override
      public int sizeBytes() {
        return bytes.length;
      }

      @Override
      public byte[] bytes() {
        return bytes;
      }
    };
  }
}
