package io.skald.agent.source.gelf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts chunks together. A chunk begins with 1e 0f, eight bytes that name the message, its number
 * and how many there are. Confined to one thread.
 */
final class GelfChunks {
  private static final int HEADER_BYTES = 12;
  private static final int MAX_CHUNKS = 128;

  /** Chunks that did not come in this time do not come any more (GELF specification). */
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  /** Messages under way; the oldest goes. With datagrams of 8 KiB each may hold 1 MiB. */
  private static final int MAX_MESSAGES = 64;

  private final Map<Long, Parts> messages = new LinkedHashMap<>();

  private static final class Parts {
    final byte[] @Nullable [] chunks;
    final long firstNanos;
    int missing;

    Parts(int count, long nowNanos) {
      chunks = new byte[count][];
      missing = count;
      firstNanos = nowNanos;
    }
  }

  static boolean isChunk(byte[] datagram) {
    return datagram.length >= 2 && datagram[0] == 0x1e && datagram[1] == 0x0f;
  }

  /**
   * Takes a chunk.
   *
   * @return the message, if this was the last chunk that it lacked
   * @throws GelfFormatException if it is none
   */
  byte @Nullable [] add(byte[] datagram, long nowNanos) throws GelfFormatException {
    if (datagram.length < HEADER_BYTES) {
      throw new GelfFormatException("a chunk of " + datagram.length + " bytes has no header");
    }
    ByteBuffer header = ByteBuffer.wrap(datagram);
    long id = header.getLong(2);
    int number = datagram[10] & 0xFF;
    int count = datagram[11] & 0xFF;
    if (count == 0 || count > MAX_CHUNKS || number >= count) {
      throw new GelfFormatException("chunk " + number + " of " + count + " cannot be");
    }
    forgetOld(nowNanos);
    Parts parts = messages.computeIfAbsent(id, _ -> new Parts(count, nowNanos));
    if (parts.chunks.length != count) {
      throw new GelfFormatException("chunks of one message disagree on how many there are");
    }
    if (parts.chunks[number] == null) {
      parts.chunks[number] = Arrays.copyOfRange(datagram, HEADER_BYTES, datagram.length);
      parts.missing--;
    }
    if (parts.missing > 0) {
      return null;
    }
    messages.remove(id);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] chunk : parts.chunks) {
      if (chunk != null) {
        whole.writeBytes(chunk);
      }
    }
    return whole.toByteArray();
  }

  private void forgetOld(long nowNanos) {
    Iterator<Parts> oldest = messages.values().iterator();
    while (oldest.hasNext()) {
      boolean tooMany = messages.size() >= MAX_MESSAGES;
      if (nowNanos - oldest.next().firstNanos < PATIENCE_NANOS && !tooMany) {
        return;
      }
      oldest.remove();
    }
  }
}
