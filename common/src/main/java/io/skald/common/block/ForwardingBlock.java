package io.skald.common.block;

import org.jspecify.annotations.Nullable;

/** A block that is another one, but for what a subclass says. */
public abstract class ForwardingBlock implements BlockView {
  private final BlockView block;

  protected ForwardingBlock(BlockView block) {
    this.block = block;
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

  @Override
  public @Nullable Sealed sealed() {
    return block.sealed();
  }

  @Override
  public long heldBytes() {
    return block.heldBytes();
  }
}
