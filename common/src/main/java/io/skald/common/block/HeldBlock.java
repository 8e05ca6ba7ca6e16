package io.skald.common.block;

import org.jspecify.annotations.Nullable;

/** A block that was sent by somebody else, and what was taken of the read's room for it. */
public record HeldBlock(BlockView block, long heldBytes) implements BlockView {
  /** What a block takes beside the bytes of its columns: objects and array headers. */
  public static final long OVERHEAD_BYTES = 512;

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
  public long metadataBytes() {
    return block.metadataBytes();
  }

  @Override
  public boolean mayContain(byte[] literal) {
    return block.mayContain(literal);
  }

  @Override
  public @Nullable LineTemplates templates() {
    return block.templates();
  }
}
