package io.skald.common.block;

/** A block that was sent by somebody else, and what was taken of the read's room for it. */
public final class HeldBlock extends ForwardingBlock {
  /** What a block takes beside the bytes of its columns: objects and array headers. */
  public static final long OVERHEAD_BYTES = 512;

  private final long heldBytes;

  public HeldBlock(BlockView block, long heldBytes) {
    super(block);
    this.heldBytes = heldBytes;
  }

  @Override
  public long heldBytes() {
    return heldBytes;
  }
}
