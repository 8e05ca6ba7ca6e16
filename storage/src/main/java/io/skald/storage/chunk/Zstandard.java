package io.skald.storage.chunk;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;

/**
 * Makes zstd frames (RFC 8878) with the content size in the header. Confined to one thread; see
 * {@link DecompressionContexts} for the way back.
 */
final class Zstandard implements AutoCloseable {
  private final ZstdCompressCtx context;
  private byte[] buffer = new byte[64 * 1024];

  Zstandard(int level) {
    this.context = new ZstdCompressCtx().setLevel(level).setContentSize(true).setChecksum(false);
  }

  /**
   * Returns a compressor for columns of decimal numbers. Short matches among digits are chance, and
   * cost more than the digits themselves.
   */
  static Zstandard forNumbers(int level) {
    Zstandard zstd = new Zstandard(level);
    zstd.context.setMinMatch(7);
    return zstd;
  }

  /** Compresses into {@link #buffer()} and returns the length there. */
  int compress(byte[] source, int from, int length) {
    long bound = Zstd.compressBound(length);
    if (bound > buffer.length) {
      buffer = new byte[Math.toIntExact(bound)];
    }
    return context.compressByteArray(buffer, 0, buffer.length, source, from, length);
  }

  byte[] buffer() {
    return buffer;
  }

  @Override
  public void close() {
    context.close();
  }
}
