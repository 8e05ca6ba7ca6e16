package io.skald.storage.chunk;

/**
 * Packs bytes for sections that are no columns; {@link ColumnDecoder#unpack} is the way back.
 * Confined to one thread.
 */
public final class SectionPacker implements AutoCloseable {
  private final Zstandard zstd;

  /**
   * @param level of zstd
   */
  public SectionPacker(int level) {
    this.zstd = new Zstandard(level);
  }

  /** What to store, and the encoding to store beside it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Packed(int encoding, byte[] bytes) {}

  /** Returns the shorter form. */
  public Packed pack(byte[] bytes) {
    EncodedColumn packed = Packing.pack(bytes, bytes.length, zstd);
    return new Packed(packed.encoding(), packed.bytes());
  }

  @Override
  public void close() {
    zstd.close();
  }
}
