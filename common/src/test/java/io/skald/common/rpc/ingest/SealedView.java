package io.skald.common.rpc.ingest;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;

/** A block that is kept sealed, as a test says. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SealedView(BlockView block, byte[] bytes) implements BlockView {
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

  @Override
  public int size() {
    return block.size();
  }

  @Override
  public long minTimestamp() {
    return block.minTimestamp();
  }

  @Override
  public long maxTimestamp() {
    return block.maxTimestamp();
  }

  @Override
  public long lineBytes() {
    return block.lineBytes();
  }

  @Override
  public long[] timestamps() {
    return block.timestamps();
  }

  @Override
  public int[] lineOffsets() {
    return block.lineOffsets();
  }

  @Override
  public byte[] lines() {
    return block.lines();
  }

  @Override
  public int[] metadataIds() {
    return block.metadataIds();
  }

  @Override
  public MetadataTable metadata() {
    return block.metadata();
  }

  @Override
  public boolean mayContain(byte[] literal) {
    return block.mayContain(literal);
  }
}
