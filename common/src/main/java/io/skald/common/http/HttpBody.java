package io.skald.common.http;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects a body in segments that grow up to a size, so that a large one is never copied whole.
 */
public final class HttpBody extends OutputStream {
  private static final int FIRST_SEGMENT = 4 << 10;
  private static final int MAX_SEGMENT = 1 << 20;

  private final List<byte[]> full = new ArrayList<>();
  private byte[] segment = new byte[FIRST_SEGMENT];
  private int length;

  @Override
  public void write(int b) {
    if (length == segment.length) {
      next();
    }
    segment[length++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    int from = offset;
    int left = count;
    while (left > 0) {
      if (length == segment.length) {
        next();
      }
      int part = Math.min(left, segment.length - length);
      System.arraycopy(bytes, from, segment, length, part);
      length += part;
      from += part;
      left -= part;
    }
  }

  private void next() {
    full.add(segment);
    segment = new byte[Math.min(MAX_SEGMENT, 2 * segment.length)];
    length = 0;
  }

  /** Returns what was written; nothing may be written afterwards. */
  public List<byte[]> segments() {
    List<byte[]> segments = new ArrayList<>(full);
    if (length > 0) {
      segments.add(Arrays.copyOf(segment, length));
    }
    return segments;
  }
}
