package io.skald.storage.chunk;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Unpacks zstd frames, with a bounded number of native contexts kept for reuse. Thread-safe. */
final class DecompressionContexts implements AutoCloseable {
  /** Contexts are used for microseconds at a time; more than this many rarely run at once. */
  private static final int SLOTS = 32;

  /** Threads begin at slots of their own, so that they rarely meet. */
  private static final int PROBES = 4;

  /**
   * The most that a frame can grow: a run of 128 KiB takes four bytes. A header that promises more
   * is wrong, which is found before memory is taken.
   */
  private static final long MAX_EXPANSION = 32 * 1024;

  private final AtomicReferenceArray<@Nullable ZstdDecompressCtx> idle =
      new AtomicReferenceArray<>(SLOTS);
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
    int slot = firstSlot();
    for (int i = 0; i < PROBES; i++) {
      ZstdDecompressCtx context = idle.getAndSet(slot + i & SLOTS - 1, null);
      if (context != null) {
        return context;
      }
    }
    return new ZstdDecompressCtx();
  }

  private void giveBack(ZstdDecompressCtx context) {
    int slot = firstSlot();
    for (int i = 0; i < PROBES && !closed; i++) {
      if (idle.compareAndSet(slot + i & SLOTS - 1, null, context)) {
        if (closed) {
          close(); // closed in between: what was just kept must not stay
        }
        return;
      }
    }
    context.close();
  }

  private static int firstSlot() {
    return (int) Thread.currentThread().threadId();
  }

  @Override
  public void close() {
    closed = true;
    for (int slot = 0; slot < SLOTS; slot++) {
      ZstdDecompressCtx context = idle.getAndSet(slot, null);
      if (context != null) {
        context.close();
      }
    }
  }
}
