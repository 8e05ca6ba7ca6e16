package io.skald.storage.chunk;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Unpacks zstd frames, with a bounded number of native contexts kept for reuse. Thread-safe. */
final class DecompressionContexts implements AutoCloseable {
  /** Contexts are used for microseconds at a time; more than this many rarely run at once. */
  private static final int MAX_IDLE = 32;

  /**
   * The most that a frame can grow: a run of 128 KiB takes four bytes. A header that promises more
   * is wrong, which is found before memory is taken.
   */
  private static final long MAX_EXPANSION = 32 * 1024;

  private final BlockingQueue<ZstdDecompressCtx> idle = new ArrayBlockingQueue<>(MAX_IDLE);
  private volatile boolean closed;

  /**
   * Unpacks one frame that fills {@code section.bytes()[from, from + length)}.
   *
   * @param lead zero bytes to leave before the content
   * @param slack bytes to leave behind it, for decoders that read words
   * @throws CorruptChunkException if the frame does not hold exactly {@code contentLength} bytes
   */
  byte[] decompress(Section section, int from, int length, int lead, int contentLength, int slack) {
    if (length == 0 || contentLength > (long) length * MAX_EXPANSION) {
      throw section.corrupt(
          "a frame of " + length + " bytes cannot hold " + contentLength + " bytes");
    }
    long declared = Zstd.getFrameContentSize(section.bytes(), from, length);
    if (declared != contentLength) {
      throw section.corrupt("a frame holds " + declared + " bytes, expected " + contentLength);
    }
    byte[] content = new byte[lead + contentLength + slack];
    ZstdDecompressCtx context = take();
    try {
      int actual =
          context.decompressByteArray(content, lead, contentLength, section.bytes(), from, length);
      if (actual != contentLength) {
        throw section.corrupt("a frame holds " + actual + " bytes, expected " + contentLength);
      }
    } catch (ZstdException e) {
      throw section.corrupt("zstd: " + e.getMessage());
    } finally {
      giveBack(context);
    }
    return content;
  }

  private ZstdDecompressCtx take() {
    @Nullable ZstdDecompressCtx context = idle.poll();
    return context == null ? new ZstdDecompressCtx() : context;
  }

  private void giveBack(ZstdDecompressCtx context) {
    if (closed || !idle.offer(context)) {
      context.close();
    } else if (closed) {
      close(); // closed in between: what was just kept must not stay
    }
  }

  @Override
  public void close() {
    closed = true;
    for (ZstdDecompressCtx context = idle.poll(); context != null; context = idle.poll()) {
      context.close();
    }
  }
}
