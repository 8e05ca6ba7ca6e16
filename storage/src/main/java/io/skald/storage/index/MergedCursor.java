package io.skald.storage.index;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Several cursors as one; of equal keys the one of the first cursor counts. Owns the cursors. */
final class MergedCursor implements KeyCursor {
  private final List<KeyCursor> cursors;
  private final PriorityQueue<Position> positions;

  /** Where a cursor stands; keys are copied once, since comparing asks for them often. */
  private record Position(byte[] key, int cursor) {
    static final Comparator<Position> ORDER =
        Comparator.comparing(Position::key, Arrays::compareUnsigned)
            .thenComparingInt(Position::cursor);
  }

  MergedCursor(List<KeyCursor> cursors) {
    this.cursors = cursors;
    this.positions = new PriorityQueue<>(Math.max(1, cursors.size()), Position.ORDER);
  }

  @Override
  public void seek(byte[] key) {
    positions.clear();
    for (int i = 0; i < cursors.size(); i++) {
      cursors.get(i).seek(key);
      add(i);
    }
  }

  private void add(int cursor) {
    if (cursors.get(cursor).isValid()) {
      positions.add(new Position(cursors.get(cursor).key(), cursor));
    }
  }

  @Override
  public boolean isValid() {
    return !positions.isEmpty();
  }

  @Override
  public void next() {
    byte[] key = current().key;
    for (@Nullable Position top = positions.peek();
        top != null && Arrays.equals(top.key, key);
        top = positions.peek()) {
      positions.remove();
      cursors.get(top.cursor).next();
      add(top.cursor);
    }
  }

  private Position current() {
    return Objects.requireNonNull(positions.peek(), "the cursor stands on no key");
  }

  @Override
  public byte[] key() {
    return current().key;
  }

  @Override
  public byte[] value() {
    return cursors.get(current().cursor).value();
  }

  @Override
  public void check() {
    cursors.forEach(KeyCursor::check);
  }

  @Override
  public void close() {
    cursors.forEach(KeyCursor::close);
  }
}
