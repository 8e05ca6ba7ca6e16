package io.skald.storage.chunk;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;

/**
 * Zstandard frames (RFC 8878) with the content size in the header. An instance compresses and
 * belongs to one thread.
 */
final class Zstandard implements AutoCloseable {
  /**
   * The most that a frame can grow: a run of 128 KiB takes four bytes. A header that promises more
   * is wrong, which is found before memory is taken.
   */
  private static final long MAX_EXPANSION = 32 * 1024;

  private final ZstdCompressCtx context;
  private byte[] buffer = new byte[64 * 1024];

  Zstandard(int level) {
    this.context = new ZstdCompressCtx().setLevel(level).setContentSize(true).setChecksum(false);
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

  /**
   * Unpacks one frame that fills {@code section.bytes()[from, from + length)}.
   *
   * @param slack zero bytes to leave behind the content, for decoders that read words
   * @throws CorruptChunkException if the frame does not hold exactly {@code contentLength} bytes
   */
  static byte[] decompress(Section section, int from, int length, int contentLength, int slack) {
    if (contentLength > (long) length * MAX_EXPANSION) {
      throw section.corrupt(
          "a frame of " + length + " bytes cannot hold " + contentLength + " bytes");
    }
    long declared = Zstd.getFrameContentSize(section.bytes(), from, length);
    if (declared != contentLength) {
      throw section.corrupt("a frame holds " + declared + " bytes, expected " + contentLength);
    }
    byte[] content = new byte[contentLength + slack];
    long actual;
    try {
      actual =
          Zstd.decompressByteArray(content, 0, contentLength, section.bytes(), from, length);
    } catch (ZstdException e) {
      throw section.corrupt("zstd: " + e.getMessage());
    }
    if (Zstd.isError(actual) || actual != contentLength) {
      throw section.corrupt("a frame does not unpack to " + contentLength + " bytes");
    }
    return content;
  }

  @Override
  public void close() {
    context.close();
  }
}
