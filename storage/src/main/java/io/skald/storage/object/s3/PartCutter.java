package io.skald.storage.object.s3;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Cuts the bytes of several buffers into parts of another size, one copy of a part at a time. */
final class PartCutter {
  private final Deque<ByteBuffer> left = new ArrayDeque<>();
  private long remaining;

  /**
   * @param buffers left untouched
   */
  PartCutter(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      left.add(buffer.duplicate());
      remaining += buffer.remaining();
    }
  }

  /** Returns how many bytes have not been cut off. */
  long remaining() {
    return remaining;
  }

  /** Cuts off {@code size} bytes, or what is left. */
  byte[] next(long size) {
    byte[] part = new byte[(int) Math.min(size, remaining)];
    int at = 0;
    while (at < part.length) {
      ByteBuffer buffer = left.element();
      int length = Math.min(buffer.remaining(), part.length - at);
      buffer.get(part, at, length);
      at += length;
      if (!buffer.hasRemaining()) {
        left.remove();
      }
    }
    remaining -= part.length;
    return part;
  }
}
