package io.skald.agent.push;

import io.skald.agent.position.Cursor;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.push.SendListener.DropReason;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Collects what a client tells the server beside its batches: how far each file has come, what was
 * dropped on the way, and what was given up. Confined to the sender thread.
 *
 * <p>Ranges of a file follow each other without a hole, from batch to batch and over restarts: what
 * came together since the last batch that could carry it is kept by the journal. A batch that is
 * given up takes its note with it, and its ranges become losses.
 */
final class DeliveryNotes {
  /** Nobody asked for these by a stage: they are told as losses, not only counted. */
  private static final Set<String> UNWANTED =
      Set.of(
          DropReason.LINE_TOO_LONG.text(),
          DropReason.STREAM_LIMITED.text(),
          DropReason.NO_LABELS.text(),
          "global_rate_limiter_drop");

  /** Beyond this, those of a reason are told as one, without their files. */
  private static final int MAX_LOSSES = 1000;

  private static final int MAX_RANGES = 20_000;

  /** Up to where ranges were made. */
  private final Map<FileId, Long> reached = new HashMap<>();

  private final Map<String, Note.Range> ranges = new LinkedHashMap<>();
  private final Map<String, Note.Loss> losses = new LinkedHashMap<>();
  private Note.Span span = Note.Span.NONE;

  /**
   * @param positions from which reading goes on
   * @param kept what was not told yet when that was so
   */
  DeliveryNotes(Map<FileId, FilePosition> positions, Note kept) {
    positions.forEach((id, position) -> reached.put(id, position.offset()));
    add(kept);
  }

  /** Notes where files begin to be read. */
  void sighted(List<FilePosition> positions) {
    positions.forEach(position -> reached.putIfAbsent(position.id(), position.offset()));
  }

  /** Adds what a note tells, to be told again. */
  void add(Note note) {
    span = span.with(note.span());
    note.ranges().forEach(this::add);
    note.losses().forEach(this::add);
  }

  /** Adds what a batch brings. */
  void add(Batch batch) {
    Note.Span own = new Note.Span(batch.firstEntryNanos(), batch.lastEntryNanos());
    span = span.with(own);
    for (FilePosition position : batch.positions()) {
      if (position.isForgotten()) {
        reached.remove(position.id());
      } else {
        add(position, batch.tally(position.id()), batch.lastTimestampNanos());
      }
    }
  }

  private void add(FilePosition position, Batch.Tally tally, long nanos) {
    Long before = reached.put(position.id(), position.offset());
    long from = before == null ? Note.UNKNOWN : before;
    if (from > position.offset()) {
      from = 0; // it was truncated
    }
    if (from == position.offset() && tally.isEmpty()) {
      return;
    }
    String id = name(position.id());
    Map<String, Long> dropped = new TreeMap<>();
    tally.dropped().forEach((reason, count) -> dropped.put(reason, (long) count));
    add(new Note.Range(id, fileOf(position), from, position.offset(), tally.lines(), dropped));
    dropped.forEach((reason, count) -> {
      if (UNWANTED.contains(reason)) {
        add(
            new Note.Loss(
                id,
                fileOf(position),
                reason,
                count,
                Note.UNKNOWN,
                Note.UNKNOWN,
                new Note.Span(nanos, nanos)));
      }
    });
  }

  private void add(Note.Range range) {
    Note.Range before = ranges.get(range.id());
    if (before == null && ranges.size() >= MAX_RANGES) {
      return; // the server will see a gap that there is not
    }
    ranges.put(range.id(), before == null ? range : before.with(range));
  }

  private void add(Note.Loss loss) {
    String key = loss.reason() + " " + loss.id();
    if (losses.size() >= MAX_LOSSES && !losses.containsKey(key)) {
      addSummed(
          new Note.Loss(
              "", "", loss.reason(), loss.lines(), Note.UNKNOWN, Note.UNKNOWN, loss.span()));
      return;
    }
    losses.merge(key, loss, Note.Loss::with);
  }

  private void addSummed(Note.Loss loss) {
    losses.merge(loss.reason() + " ", loss, Note.Loss::with);
  }

  /** Files by their path; other sources by their name, since their path is a cursor. */
  private static String fileOf(FilePosition position) {
    return Cursor.isCursor(position.id()) ? position.id().target() : position.path();
  }

  private static String name(FileId id) {
    return Long.toHexString(id.device())
        + "-"
        + Long.toHexString(id.inode())
        + "-"
        + Integer.toHexString(id.target().hashCode());
  }

  /**
   * Notes that a whole batch was given up.
   *
   * @param note of the batch, which is lost with it
   */
  void lost(Note note, DropReason reason, long entries, long nanos) {
    note.losses().forEach(this::add);
    Note.Span when = note.span().isEmpty() ? new Note.Span(nanos, nanos) : note.span();
    for (Note.Range range : note.ranges()) {
      add(
          new Note.Loss(
              range.id(),
              range.file(),
              reason.text(),
              range.lines(),
              range.from(),
              range.to(),
              when));
    }
    if (note.ranges().isEmpty()) {
      lost(reason, entries, nanos);
    }
  }

  /** Notes that entries were given up of which no file is known. */
  void lost(DropReason reason, long entries, long nanos) {
    addSummed(
        new Note.Loss(
            "",
            "",
            reason.text(),
            entries,
            Note.UNKNOWN,
            Note.UNKNOWN,
            new Note.Span(nanos, nanos)));
  }

  /** Returns what is to be told, at this time. */
  Note pending(long nanos) {
    return new Note(nanos, span, List.copyOf(ranges.values()), List.copyOf(losses.values()));
  }

  boolean isEmpty() {
    return ranges.isEmpty() && losses.isEmpty();
  }

  /** Forgets what is being told. */
  void clear() {
    ranges.clear();
    losses.clear();
    span = Note.Span.NONE;
  }
}
