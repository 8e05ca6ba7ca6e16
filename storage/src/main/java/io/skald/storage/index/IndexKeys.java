package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The keys of the index. Numbers are big-endian so that keys sort by them; a signed number has its
 * sign bit flipped for the same reason. The day leads, so that a day, and a tenant's share of it,
 * is one range of keys.
 *
 * <pre>
 *  index key := version u8 | day i32 | tenant length u8, tenant | kind u8 | rest
 *  series    := kind 1 | fingerprint 16
 *  posting   := kind 2 | name length u16, name | value length u32, value | fingerprint 16
 *  chunk     := kind 3 | fingerprint 16 | last timestamp i64 | first timestamp i64 | chunk id u64
 *
 *  local key := version u8 | tenant length u8, tenant | fingerprint 16
 * </pre>
 */
final class IndexKeys {
  static final byte VERSION = 1;

  /** A chunk is listed in every day that it touches, up to this many. */
  static final int MAX_DAYS = 8;

  /** Where chunks that touch more days are listed; searched whatever the range. */
  static final int WIDE_DAY = Integer.MAX_VALUE;

  static final byte SERIES = 1;
  static final byte POSTING = 2;
  static final byte CHUNK = 3;

  private static final int DAY_LENGTH = 1 + Integer.BYTES;
  private static final long NANOS_PER_DAY = 86_400_000_000_000L;

  private IndexKeys() {}

  /** Returns the UTC day of a timestamp, counted from 1970-01-01. */
  static int dayOf(long timestampNanos) {
    return (int) Math.floorDiv(timestampNanos, NANOS_PER_DAY);
  }

  /** Returns whether the range covers every nanosecond of the day. */
  static boolean coversDay(int day, long fromNanos, long throughNanos) {
    if (day == WIDE_DAY) {
      return false;
    }
    boolean startCovered = fromNanos == Long.MIN_VALUE || dayOf(fromNanos - 1) < day;
    boolean endCovered = throughNanos == Long.MAX_VALUE || dayOf(throughNanos + 1) > day;
    return startCovered && endCovered;
  }

  /** Returns the start of every key of a day. */
  static byte[] day(int day) {
    return ByteBuffer.allocate(DAY_LENGTH).put(VERSION).putInt(day ^ Integer.MIN_VALUE).array();
  }

  /** Returns the day of an index key. */
  static int readDay(byte[] key) {
    return ByteBuffer.wrap(key).getInt(1) ^ Integer.MIN_VALUE;
  }

  /** Returns the start of every key of a tenant in a day. */
  static byte[] day(int day, TenantId tenant) {
    byte[] name = tenant(tenant);
    return append(day(day), name.length).put(name).array();
  }

  /** Returns the days that a chunk is listed in: those it touches, or the day of wide chunks. */
  static int[] days(ChunkRef chunk) {
    int first = dayOf(chunk.minTimestamp());
    int last = dayOf(chunk.maxTimestamp());
    return last - first >= MAX_DAYS
        ? new int[] {WIDE_DAY}
        : IntStream.rangeClosed(first, last).toArray();
  }

  /** Returns what all keys of the same day and tenant as this key start with. */
  static byte[] dayAndTenant(byte[] key) {
    return Arrays.copyOf(key, DAY_LENGTH + 1 + (key[DAY_LENGTH] & 0xFF));
  }

  /** Returns the tenant of an index key. */
  static TenantId readTenant(byte[] key) {
    return new TenantId(
        new String(key, DAY_LENGTH + 1, key[DAY_LENGTH] & 0xFF, StandardCharsets.US_ASCII));
  }

  /** Returns the key of a stream's labels. */
  static byte[] series(byte[] dayPrefix, Fingerprint fingerprint) {
    return withFingerprint(kind(dayPrefix, SERIES), fingerprint);
  }

  /** Returns the start of every local key of a tenant. */
  static byte[] local(TenantId tenant) {
    byte[] name = tenant(tenant);
    return ByteBuffer.allocate(1 + name.length).put(VERSION).put(name).array();
  }

  /** Returns the stream that a local key belongs to. */
  static FlushedStream readLocal(byte[] key, long position) {
    int tenantLength = key[1] & 0xFF;
    String tenant = new String(key, 2, tenantLength, StandardCharsets.US_ASCII);
    return new FlushedStream(
        new TenantId(tenant), readFingerprint(key, 2 + tenantLength), position);
  }

  private static byte[] tenant(TenantId tenant) {
    byte[] name = tenant.value().getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(1 + name.length).put((byte) name.length).put(name).array();
  }

  static byte[] kind(byte[] dayPrefix, byte kind) {
    return append(dayPrefix, 1).put(kind).array();
  }

  /** Returns {@code prefix} followed by the fingerprint: a series, posting or local key. */
  static byte[] withFingerprint(byte[] prefix, Fingerprint fingerprint) {
    return append(prefix, Fingerprint.BYTES)
        .putLong(fingerprint.high())
        .putLong(fingerprint.low())
        .array();
  }

  /** Returns the fingerprint that follows {@code prefixLength} bytes. */
  static Fingerprint readFingerprint(byte[] key, int prefixLength) {
    ByteBuffer buffer = ByteBuffer.wrap(key, prefixLength, Fingerprint.BYTES);
    return new Fingerprint(buffer.getLong(), buffer.getLong());
  }

  static byte[] name(byte[] postingPrefix, String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > 0xFFFF) {
      throw new IllegalArgumentException("a label name has " + utf8.length + " bytes");
    }
    return append(postingPrefix, Short.BYTES + utf8.length)
        .putShort((short) utf8.length)
        .put(utf8)
        .array();
  }

  /** Returns the name in a posting key. */
  static String readName(byte[] key, byte[] postingPrefix) {
    int length = ByteBuffer.wrap(key).getShort(postingPrefix.length) & 0xFFFF;
    return new String(key, postingPrefix.length + Short.BYTES, length, StandardCharsets.UTF_8);
  }

  static byte[] value(byte[] namePrefix, String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return append(namePrefix, Integer.BYTES + utf8.length).putInt(utf8.length).put(utf8).array();
  }

  /** Returns the value in a posting key. */
  static String readValue(byte[] key, byte[] namePrefix) {
    int length = ByteBuffer.wrap(key).getInt(namePrefix.length);
    return new String(key, namePrefix.length + Integer.BYTES, length, StandardCharsets.UTF_8);
  }

  /** Returns the lowest chunk key of the stream whose last timestamp is {@code maxTimestamp}. */
  static byte[] chunkFrom(byte[] streamPrefix, long maxTimestamp) {
    return append(streamPrefix, Long.BYTES).putLong(maxTimestamp ^ Long.MIN_VALUE).array();
  }

  static byte[] chunk(byte[] streamPrefix, long maxTimestamp, long minTimestamp, long chunkId) {
    return append(streamPrefix, 3 * Long.BYTES)
        .putLong(maxTimestamp ^ Long.MIN_VALUE)
        .putLong(minTimestamp ^ Long.MIN_VALUE)
        .putLong(chunkId)
        .array();
  }

  /** Returns a key above every key that starts with {@code prefix} and holds real fields. */
  static byte[] after(byte[] prefix) {
    byte[] key = Arrays.copyOf(prefix, prefix.length + Fingerprint.BYTES + 1);
    Arrays.fill(key, prefix.length, key.length, (byte) 0xFF);
    return key;
  }

  static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static ByteBuffer append(byte[] prefix, int more) {
    return ByteBuffer.allocate(prefix.length + more).put(prefix);
  }
}
