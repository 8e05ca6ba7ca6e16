package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.CorruptChunkException;
import java.nio.BufferUnderflowException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads all keys of an index in order. The kinds of a tenant's day follow each other, so the series
 * of a day are known when its chunks come.
 */
final class IndexScan {
  private static final int MIN_KEY_LENGTH = 7;

  private final IndexContents.Visitor visitor;
  private final Set<TenantId> tenants = new HashSet<>();
  private final Set<Integer> days = new HashSet<>();
  private final Map<Fingerprint, Labels> seriesOfDay = new HashMap<>();
  private byte @Nullable [] dayPrefix;
  private long series;
  private long postings;
  private long chunks;

  IndexScan(IndexContents.Visitor visitor) {
    this.visitor = visitor;
  }

  /**
   * @throws CorruptChunkException if they do not follow the format
   */
  void add(byte[] key, byte[] value) {
    int tenantLength = key.length < MIN_KEY_LENGTH ? 0 : key[5] & 0xFF;
    int kindAt = 6 + tenantLength;
    if (key.length <= kindAt || key[0] != IndexKeys.VERSION) {
      throw corrupt(key, "it is no key of version " + IndexKeys.VERSION);
    }
    byte[] prefix = Arrays.copyOf(key, kindAt);
    if (!Arrays.equals(prefix, dayPrefix)) {
      dayPrefix = prefix;
      seriesOfDay.clear();
    }
    try {
      TenantId tenant = new TenantId(new String(key, 6, tenantLength, StandardCharsets.US_ASCII));
      int day = IndexKeys.readDay(key);
      tenants.add(tenant);
      if (day != IndexKeys.WIDE_DAY) {
        days.add(day);
      }
      switch (key[kindAt]) {
        case IndexKeys.SERIES -> {
          series++;
          seriesOfDay.put(
              IndexKeys.readFingerprint(key, kindAt + 1), IndexValues.readSeries(value));
        }
        case IndexKeys.POSTING -> postings++;
        case IndexKeys.CHUNK -> chunk(tenant, key, kindAt + 1, value);
        default -> throw corrupt(key, "kind " + key[kindAt] + " is unknown");
      }
    } catch (IndexOutOfBoundsException | BufferUnderflowException | IllegalArgumentException e) {
      throw corrupt(key, String.valueOf(e.getMessage()));
    }
  }

  private void chunk(TenantId tenant, byte[] key, int at, byte[] value) {
    Fingerprint fingerprint = IndexKeys.readFingerprint(key, at);
    Labels labels = seriesOfDay.get(fingerprint);
    if (labels == null) {
      throw corrupt(key, "the stream of a chunk has no labels in its day");
    }
    chunks++;
    visitor.chunk(
        tenant,
        new IndexedChunk(
            labels, fingerprint, IndexValues.readChunk(key, at + Fingerprint.BYTES, value)));
  }

  IndexContents contents() {
    return new IndexContents(tenants, days.size(), series, postings, chunks);
  }

  private static CorruptChunkException corrupt(byte[] key, String detail) {
    return new CorruptChunkException(
        "the label index", "key " + HexFormat.of().formatHex(key), 0, detail);
  }
}
