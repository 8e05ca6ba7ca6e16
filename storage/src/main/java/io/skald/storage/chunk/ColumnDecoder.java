package io.skald.storage.chunk;

import io.skald.common.block.MetadataTable;

/**
 * Decodes the columns of blocks. Keeps decompression contexts for reuse: making one costs more than
 * decoding a small column; and templates, which the blocks of a stream share. Thread-safe.
 */
public final class ColumnDecoder implements AutoCloseable {
  private final DecompressionContexts contexts = new DecompressionContexts();
  private final TemplatePool templates = new TemplatePool();

  /** Structured metadata: the sets, and for each entry the id of its set. */
  public record Metadata(int[] ids, MetadataTable table) {}

  /** Returns one timestamp per entry, ascending. */
  public long[] timestamps(BlockLayout block, Section section) {
    return TimestampColumn.decode(
        section, contexts, block.entries(), block.minTimestamp(), block.maxTimestamp());
  }

  /** Returns one offset more than there are entries. */
  public int[] lineOffsets(BlockLayout block, Section section) {
    return LengthColumn.decode(section, contexts, block.entries(), block.lineBytes());
  }

  /** Returns the lines, unpacked as far as every reader needs them. */
  public StoredLines lines(BlockLayout block, Section section) {
    return LineColumn.decode(section, contexts, templates, block.entries(), block.lineBytes());
  }

  public Metadata metadata(BlockLayout block, Section section) {
    return MetadataColumn.decode(section, contexts, block.entries());
  }

  public SkipFilter filter(Section section) {
    return SkipFilter.decode(section, contexts);
  }

  /**
   * Returns a reader of what {@link SectionPacker} packed.
   *
   * @throws CorruptChunkException if the section is damaged or holds more than {@code max} bytes
   */
  public SectionReader unpack(Section section, long max) {
    return new SectionReader(section, Packing.unpack(section, contexts, max));
  }

  /** Frees what is kept. The decoder stays usable, but keeps nothing any more. */
  @Override
  public void close() {
    contexts.close();
  }
}
