package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * One search of the index, day by day.
 *
 * <p>In a day the candidates come from postings: the equality matchers' lists are intersected; without
 * one, the values of the first matcher that needs a label are walked (a value that does not match is
 * skipped by one seek, not by its streams); without that, all series are candidates. What is left is
 * tested against the labels themselves.
 */
final class IndexSearch {
  private final RocksIterator iterator;
  private final RocksDB db;
  private final ColumnFamilyHandle family;
  private final TenantId tenant;
  private final List<LabelMatcher> matchers;
  private final long fromNanos;
  private final long throughNanos;
  private final Map<Fingerprint, Found> found = new TreeMap<>();

  private record Found(Labels labels, Set<ChunkRef> chunks) {}

  IndexSearch(
      RocksIterator iterator,
      RocksDB db,
      ColumnFamilyHandle family,
      TenantId tenant,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos) {
    this.iterator = iterator;
    this.db = db;
    this.family = family;
    this.tenant = tenant;
    this.matchers = matchers;
    this.fromNanos = fromNanos;
    this.throughNanos = throughNanos;
  }

  List<IndexedStream> streams() throws RocksDBException {
    int last = IndexKey.period(throughNanos);
    // Days without data cost nothing: the next key tells the next day there is.
    iterator.seek(IndexKey.ofPeriod(IndexKey.period(fromNanos)));
    while (iterator.isValid()) {
      int period = IndexKey.periodOf(iterator.key());
      if (period > last) {
        break;
      }
      searchPeriod(period);
      if (period == Integer.MAX_VALUE) {
        break;
      }
      iterator.seek(IndexKey.ofPeriod(period + 1));
    }
    if (last != IndexKey.WIDE_PERIOD) {
      searchPeriod(IndexKey.WIDE_PERIOD);
    }
    iterator.status();
    List<IndexedStream> result = new ArrayList<>(found.size());
    found.forEach(
        (fingerprint, stream) ->
            result.add(
                new IndexedStream(fingerprint, stream.labels(), List.copyOf(stream.chunks()))));
    return result;
  }

  private void searchPeriod(int period) throws RocksDBException {
    for (Fingerprint fingerprint : candidates(period)) {
      List<ChunkRef> chunks = chunks(period, fingerprint);
      if (chunks.isEmpty()) {
        continue;
      }
      Found known = found.get(fingerprint);
      if (known == null) {
        Labels labels = labels(period, fingerprint);
        if (labels == null || !matches(labels)) {
          continue;
        }
        known =
            new Found(
                labels,
                new TreeSet<>(
                    Comparator.comparing(ChunkRef::packKey).thenComparingLong(ChunkRef::offset)));
        found.put(fingerprint, known);
      }
      known.chunks().addAll(chunks);
    }
  }

  private Set<Fingerprint> candidates(int period) {
    Set<Fingerprint> result = null;
    for (LabelMatcher matcher : matchers) {
      if (matcher.operator() == LabelMatcher.Operator.EQUAL && !matcher.matchesEmpty()) {
        Set<Fingerprint> streams =
            trailing(IndexKey.postings(period, tenant, matcher.name(), matcher.value()));
        if (result == null) {
          result = streams;
        } else {
          result.retainAll(streams);
        }
        if (result.isEmpty()) {
          return result;
        }
      }
    }
    if (result != null) {
      return result;
    }
    for (LabelMatcher matcher : matchers) {
      if (!matcher.matchesEmpty()) {
        return byValue(period, matcher);
      }
    }
    return trailing(IndexKey.prefix(period, tenant, IndexKey.SERIES));
  }

  /** Returns the streams whose value of the matcher's label matches. */
  private Set<Fingerprint> byValue(int period, LabelMatcher matcher) {
    byte[] names = IndexKey.postings(period, tenant, matcher.name());
    Set<Fingerprint> result = new TreeSet<>();
    iterator.seek(names);
    while (iterator.isValid() && IndexKey.startsWith(iterator.key(), names)) {
      String value = IndexKey.postingValue(iterator.key(), names.length);
      byte[] values = IndexKey.postings(period, tenant, matcher.name(), value);
      if (matcher.matches(value)) {
        for (; iterator.isValid() && IndexKey.startsWith(iterator.key(), values); iterator.next()) {
          result.add(IndexKey.trailingFingerprint(iterator.key()));
        }
      } else {
        iterator.seek(IndexKey.after(values));
      }
    }
    return result;
  }

  private Set<Fingerprint> trailing(byte[] prefix) {
    Set<Fingerprint> result = new TreeSet<>();
    for (iterator.seek(prefix);
        iterator.isValid() && IndexKey.startsWith(iterator.key(), prefix);
        iterator.next()) {
      result.add(IndexKey.trailingFingerprint(iterator.key()));
    }
    return result;
  }

  private List<ChunkRef> chunks(int period, Fingerprint fingerprint) {
    byte[] prefix = IndexKey.chunks(period, tenant, fingerprint);
    List<ChunkRef> result = new ArrayList<>();
    for (iterator.seek(IndexKey.chunksEndingAt(prefix, fromNanos));
        iterator.isValid() && IndexKey.startsWith(iterator.key(), prefix);
        iterator.next()) {
      ChunkRef chunk = IndexValue.chunk(iterator.value());
      if (chunk.overlaps(fromNanos, throughNanos)) {
        result.add(chunk);
      }
    }
    return result;
  }

  private @Nullable Labels labels(int period, Fingerprint fingerprint) throws RocksDBException {
    byte[] value = db.get(family, IndexKey.series(period, tenant, fingerprint));
    return value == null ? null : IndexValue.labels(value);
  }

  private boolean matches(Labels labels) {
    for (LabelMatcher matcher : matchers) {
      if (!matcher.matches(labels)) {
        return false;
      }
    }
    return true;
  }
}
