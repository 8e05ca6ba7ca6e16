package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of the index, all big-endian so that byte order is the order of the fields.
 *
 * <pre>
 *  key     := version u8 | period u32 | tenant length u8 | tenant | kind u8 | rest
 *  series  := 's' | fingerprint (16)                                          -> labels
 *  posting := 'p' | name | 00 01 | value | 00 01 | fingerprint (16)           -> nothing
 *  chunk   := 'c' | fingerprint (16) | max time u64 | min time u64 | id u64   -> chunk reference
 * </pre>
 *
 * <p>The period is the UTC day since the epoch, with its sign bit flipped, as are the times. It leads,
 * so that a day is one range of keys that can be exported or dropped. A zero byte inside a name or
 * value is written {@code 00 FF}, so that the end mark {@code 00 01} sorts a value before its
 * extensions.
 */
final class IndexKey {
  static final byte VERSION = 1;

  /** Where chunks that span more than {@link #MAX_PERIODS} days are listed; always searched. */
  static final int WIDE_PERIOD = Integer.MAX_VALUE;

  /** A chunk is listed in each day it touches, up to this many. */
  static final int MAX_PERIODS = 8;

  static final byte SERIES = 's';
  static final byte POSTING = 'p';
  static final byte CHUNK = 'c';

  private static final long NANOS_PER_DAY = 86_400_000_000_000L;
  private static final int PERIOD_LENGTH = 5;

  private IndexKey() {}

  static int period(long timestampNanos) {
    return (int) Math.floorDiv(timestampNanos, NANOS_PER_DAY);
  }

  /** Returns the start of all keys of {@code period}. */
  static byte[] ofPeriod(int period) {
    return ByteBuffer.allocate(PERIOD_LENGTH)
        .put(VERSION)
        .putInt(period ^ Integer.MIN_VALUE)
        .array();
  }

  /** Returns the period of any key. */
  static int periodOf(byte[] key) {
    return ByteBuffer.wrap(key).getInt(1) ^ Integer.MIN_VALUE;
  }

  /** Returns the start of all keys of one kind of a tenant in a period. */
  static byte[] prefix(int period, TenantId tenant, byte kind) {
    byte[] name = tenant.value().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(PERIOD_LENGTH + 2 + name.length)
        .put(ofPeriod(period))
        .put((byte) name.length)
        .put(name)
        .put(kind)
        .array();
  }

  static byte[] series(int period, TenantId tenant, Fingerprint fingerprint) {
    return append(prefix(period, tenant, SERIES), fingerprint);
  }

  /** Returns the start of all postings of a label name. */
  static byte[] postings(int period, TenantId tenant, String name) {
    return concat(prefix(period, tenant, POSTING), escaped(name));
  }

  /** Returns the start of all postings of a label. */
  static byte[] postings(int period, TenantId tenant, String name, String value) {
    return concat(postings(period, tenant, name), escaped(value));
  }

  static byte[] posting(
      int period, TenantId tenant, String name, String value, Fingerprint fingerprint) {
    return append(postings(period, tenant, name, value), fingerprint);
  }

  /** Returns the value inside a posting key that starts with {@link #postings} of its name. */
  static String postingValue(byte[] key, int namePrefixLength) {
    byte[] value = new byte[key.length];
    int length = 0;
    for (int i = namePrefixLength; !(key[i] == 0 && key[i + 1] == 1); i++) {
      value[length++] = key[i];
      if (key[i] == 0) {
        i++;
      }
    }
    return new String(value, 0, length, StandardCharsets.UTF_8);
  }

  /** Returns the fingerprint at the end of a series or posting key. */
  static Fingerprint trailingFingerprint(byte[] key) {
    ByteBuffer buffer = ByteBuffer.wrap(key, key.length - Fingerprint.BYTES, Fingerprint.BYTES);
    return new Fingerprint(buffer.getLong(), buffer.getLong());
  }

  /** Returns the start of all chunk keys of a stream. */
  static byte[] chunks(int period, TenantId tenant, Fingerprint fingerprint) {
    return append(prefix(period, tenant, CHUNK), fingerprint);
  }

  /** Returns the smallest key of a chunk of the stream that ends at or after {@code fromNanos}. */
  static byte[] chunksEndingAt(byte[] chunksPrefix, long fromNanos) {
    return ByteBuffer.allocate(chunksPrefix.length + Long.BYTES)
        .put(chunksPrefix)
        .putLong(fromNanos ^ Long.MIN_VALUE)
        .array();
  }

  static byte[] chunk(byte[] chunksPrefix, long maxTimestamp, long minTimestamp, long chunkId) {
    return ByteBuffer.allocate(chunksPrefix.length + 3 * Long.BYTES)
        .put(chunksPrefix)
        .putLong(maxTimestamp ^ Long.MIN_VALUE)
        .putLong(minTimestamp ^ Long.MIN_VALUE)
        .putLong(chunkId)
        .array();
  }

  static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** Returns the smallest key behind all keys that start with {@code prefix}. */
  static byte[] after(byte[] prefix) {
    byte[] next = prefix.clone();
    for (int i = next.length - 1; i >= 0; i--) {
      if (++next[i] != 0) {
        return Arrays.copyOf(next, i + 1);
      }
    }
    throw new IllegalArgumentException("no key follows a prefix of 0xFF bytes");
  }

  private static byte[] escaped(String text) {
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[2 * plain.length + 2];
    int length = 0;
    for (byte b : plain) {
      out[length++] = b;
      if (b == 0) {
        out[length++] = (byte) 0xFF;
      }
    }
    out[length++] = 0;
    out[length++] = 1;
    return Arrays.copyOf(out, length);
  }

  private static byte[] append(byte[] prefix, Fingerprint fingerprint) {
    return ByteBuffer.allocate(prefix.length + Fingerprint.BYTES)
        .put(prefix)
        .putLong(fingerprint.high())
        .putLong(fingerprint.low())
        .array();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] out = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, out, a.length, b.length);
    return out;
  }
}
