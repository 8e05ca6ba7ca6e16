package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.LabelMatcher.Operator;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one day of one tenant.
 *
 * <p>Equality matchers are answered from postings by a leapfrog join (T. Veldhuizen, "Leapfrog
 * Triejoin", 2012): each cursor jumps to where another one stands. Without one, the values of a
 * name are walked for a matcher that an absent label fails; without that, every stream is a
 * candidate. Candidates are then checked against all matchers by their labels.
 */
final class DayReader implements IndexDay, AutoCloseable {
  private final KeySpace keys;
  private final byte[] series;
  private final byte[] postings;
  private final byte[] chunks;
  private final long fromNanos;
  private final long throughNanos;
  private final boolean wholeDay;

  /** For chunks, opened when it is first needed. */
  private @Nullable KeyCursor chunkCursor;

  /**
   * @param keys stays open
   * @param fromNanos inclusive
   * @param throughNanos inclusive
   */
  DayReader(KeySpace keys, TenantId tenant, int day, long fromNanos, long throughNanos) {
    this.keys = keys;
    byte[] dayPrefix = IndexKeys.day(day, tenant);
    this.series = IndexKeys.kind(dayPrefix, IndexKeys.SERIES);
    this.postings = IndexKeys.kind(dayPrefix, IndexKeys.POSTING);
    this.chunks = IndexKeys.kind(dayPrefix, IndexKeys.CHUNK);
    this.fromNanos = fromNanos;
    this.throughNanos = throughNanos;
    this.wholeDay = IndexKeys.coversDay(day, fromNanos, throughNanos);
  }

  @Override
  public void eachMatching(List<LabelMatcher> matchers, Consumer<Stream> visitor) {
    MatcherMemo memo = new MatcherMemo(matchers);
    List<LabelMatcher> equalities =
        matchers.stream().filter(m -> m.operator() == Operator.EQUAL && !m.matchesEmpty()).toList();
    if (!equalities.isEmpty()) {
      eachInAll(equalities, fingerprint -> visitIfMatching(fingerprint, memo, visitor));
      return;
    }
    for (LabelMatcher matcher : matchers) {
      if (!matcher.matchesEmpty()) {
        for (Fingerprint fingerprint : withValueOf(matcher)) {
          visitIfMatching(fingerprint, memo, visitor);
        }
        return;
      }
    }
    eachSeries(memo, visitor);
  }

  private void visitIfMatching(
      Fingerprint fingerprint, MatcherMemo memo, Consumer<Stream> visitor) {
    byte[] value = keys.get(IndexKeys.withFingerprint(series, fingerprint));
    if (value != null) {
      Labels labels = IndexValues.readSeries(value);
      if (memo.matches(labels)) {
        visitor.accept(new Stored(fingerprint, labels));
      }
    }
  }

  private void eachSeries(MatcherMemo memo, Consumer<Stream> visitor) {
    try (KeyCursor iterator = keys.cursor()) {
      for (iterator.seek(series); iterator.isValid(); iterator.next()) {
        byte[] key = iterator.key();
        if (!IndexKeys.startsWith(key, series)) {
          break;
        }
        Labels labels = IndexValues.readSeries(iterator.value());
        if (memo.matches(labels)) {
          visitor.accept(new Stored(IndexKeys.readFingerprint(key, series.length), labels));
        }
      }
      iterator.check();
    }
  }

  private void eachInAll(List<LabelMatcher> equalities, Consumer<Fingerprint> visitor) {
    List<KeyCursor> iterators = new ArrayList<>();
    try {
      List<PostingCursor> cursors = new ArrayList<>();
      for (LabelMatcher matcher : equalities) {
        KeyCursor iterator = keys.cursor();
        iterators.add(iterator);
        byte[] prefix = IndexKeys.value(IndexKeys.name(postings, matcher.name()), matcher.value());
        cursors.add(new PostingCursor(iterator, prefix));
      }
      leapfrog(cursors, visitor);
      iterators.forEach(KeyCursor::check);
    } finally {
      iterators.forEach(KeyCursor::close);
    }
  }

  private static void leapfrog(List<PostingCursor> cursors, Consumer<Fingerprint> visitor) {
    Fingerprint candidate = cursors.getFirst().current();
    while (candidate != null) {
      Fingerprint highest = candidate;
      for (PostingCursor cursor : cursors) {
        Fingerprint found = cursor.advanceTo(highest);
        if (found == null) {
          return;
        }
        highest = found;
      }
      if (highest.equals(candidate)) {
        visitor.accept(candidate);
        candidate = cursors.getFirst().next();
      } else {
        candidate = highest;
      }
    }
  }

  private Collection<Fingerprint> withValueOf(LabelMatcher matcher) {
    TreeSet<Fingerprint> found = new TreeSet<>();
    byte[] name = IndexKeys.name(postings, matcher.name());
    try (KeyCursor iterator = keys.cursor()) {
      eachValue(
          iterator,
          name,
          value -> {
            if (matcher.matches(value)) {
              PostingCursor cursor = new PostingCursor(iterator, IndexKeys.value(name, value));
              for (Fingerprint f = cursor.current(); f != null; f = cursor.next()) {
                found.add(f);
              }
            }
          });
    }
    return found;
  }

  /** Hands over the distinct values of a name; the visitor may move the iterator. */
  private static void eachValue(KeyCursor iterator, byte[] name, Consumer<String> visitor) {
    iterator.seek(name);
    while (iterator.isValid() && IndexKeys.startsWith(iterator.key(), name)) {
      String value = IndexKeys.readValue(iterator.key(), name);
      visitor.accept(value);
      iterator.seek(IndexKeys.after(IndexKeys.value(name, value)));
    }
    iterator.check();
  }

  private boolean isLive(Fingerprint fingerprint) {
    if (wholeDay) {
      return true; // a stream is in the index of a day only if it has a chunk there
    }
    byte[] stream = IndexKeys.withFingerprint(chunks, fingerprint);
    KeyCursor cursor = chunkCursor();
    for (cursor.seek(IndexKeys.chunkFrom(stream, fromNanos));
        cursor.isValid() && IndexKeys.startsWith(cursor.key(), stream);
        cursor.next()) {
      if (IndexValues.readMinTimestamp(cursor.key(), stream.length) <= throughNanos) {
        return true;
      }
    }
    cursor.check();
    return false;
  }

  private void addChunks(Fingerprint fingerprint, Collection<ChunkRef> refs) {
    byte[] stream = IndexKeys.withFingerprint(chunks, fingerprint);
    KeyCursor cursor = chunkCursor();
    for (cursor.seek(IndexKeys.chunkFrom(stream, fromNanos));
        cursor.isValid() && IndexKeys.startsWith(cursor.key(), stream);
        cursor.next()) {
      byte[] key = cursor.key();
      if (IndexValues.readMinTimestamp(key, stream.length) <= throughNanos) {
        refs.add(IndexValues.readChunk(key, stream.length, cursor.value()));
      }
    }
    cursor.check();
  }

  private KeyCursor chunkCursor() {
    KeyCursor cursor = chunkCursor;
    if (cursor == null) {
      cursor = keys.cursor();
      chunkCursor = cursor;
    }
    return cursor;
  }

  /** A stream as its keys tell it. */
  private final class Stored implements Stream {
    private final Fingerprint fingerprint;
    private final Labels labels;

    Stored(Fingerprint fingerprint, Labels labels) {
      this.fingerprint = fingerprint;
      this.labels = labels;
    }

    @Override
    public Fingerprint fingerprint() {
      return fingerprint;
    }

    @Override
    public Labels labels() {
      return labels;
    }

    @Override
    public boolean isLive() {
      return DayReader.this.isLive(fingerprint);
    }

    @Override
    public void addChunks(Collection<ChunkRef> chunks) {
      DayReader.this.addChunks(fingerprint, chunks);
    }
  }

  @Override
  public void addNames(Collection<String> names) {
    if (!wholeDay) {
      eachMatching(
          List.of(),
          stream -> {
            if (stream.isLive()) {
              names.addAll(stream.labels().toMap().keySet());
            }
          });
      return;
    }
    try (KeyCursor iterator = keys.cursor()) {
      iterator.seek(postings);
      while (iterator.isValid() && IndexKeys.startsWith(iterator.key(), postings)) {
        String name = IndexKeys.readName(iterator.key(), postings);
        names.add(name);
        iterator.seek(IndexKeys.after(IndexKeys.name(postings, name)));
      }
      iterator.check();
    }
  }

  @Override
  public void addValues(String name, Collection<String> values) {
    byte[] namePrefix = IndexKeys.name(postings, name);
    try (KeyCursor iterator = keys.cursor()) {
      eachValue(
          iterator,
          namePrefix,
          value -> {
            if (wholeDay || hasLive(iterator, IndexKeys.value(namePrefix, value))) {
              values.add(value);
            }
          });
    }
  }

  private boolean hasLive(KeyCursor iterator, byte[] posting) {
    PostingCursor cursor = new PostingCursor(iterator, posting);
    for (Fingerprint f = cursor.current(); f != null; f = cursor.next()) {
      if (isLive(f)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    if (chunkCursor != null) {
      chunkCursor.close();
    }
  }
}
