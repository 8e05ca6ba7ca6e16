package io.skald.agent.pipeline;

import io.skald.common.model.Labels;
import io.skald.common.values.GoFloat;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A line on its way through the stages: labels, timestamp, line, structured metadata, and the
 * extracted values that stages hand to each other. Mutable; the feeder uses one again for every
 * line, so a stage that keeps one past its turn takes {@link #keep}.
 *
 * <p>Extracted values begin as a copy of the labels; later changes of either do not touch the
 * other. They are text, {@link Double}, {@link Boolean} or null; a null is not the same as none.
 */
public final class Entry {
  private static final Object REMOVED = new Object();

  private Labels labels = Labels.EMPTY;
  private Labels metadata = Labels.EMPTY;
  private Labels seed = Labels.EMPTY;
  private final Map<String, @Nullable Object> extracted = new HashMap<>();
  private long timestampNanos;

  /** The line as bytes, or null while {@link #text} is the newer form. */
  private byte @Nullable [] bytes;

  private int from;
  private int length;
  private @Nullable String text;
  private @Nullable Hold hold;
  private Hold.Source holds = Hold.Source.NONE;

  /**
   * Begins with another line.
   *
   * @param buffer is not kept past the entry's way through the pipeline
   */
  public void reset(
      Labels streamLabels,
      long readNanos,
      byte[] buffer,
      int start,
      int byteLength,
      Hold.Source source) {
    labels = streamLabels;
    seed = streamLabels;
    metadata = Labels.EMPTY;
    if (!extracted.isEmpty()) {
      extracted.clear();
    }
    timestampNanos = readNanos;
    bytes = buffer;
    from = start;
    length = byteLength;
    text = null;
    hold = null;
    holds = source;
  }

  public Labels labels() {
    return labels;
  }

  void setLabels(Labels changed) {
    labels = changed;
  }

  void setLabel(String name, String value) {
    if (!value.equals(labels.get(name))) {
      labels = labels.toBuilder().set(name, value).build();
    }
  }

  void removeLabel(String name) {
    if (labels.has(name)) {
      labels = labels.toBuilder().remove(name).build();
    }
  }

  public Labels metadata() {
    return metadata;
  }

  public void setMetadata(Labels changed) {
    metadata = changed;
  }

  public long timestampNanos() {
    return timestampNanos;
  }

  void setTimestampNanos(long nanos) {
    timestampNanos = nanos;
  }

  // ---- the line

  /** Returns the array that holds the line, at {@link #lineFrom}; not to be changed. */
  public byte[] lineBytes() {
    byte[] present = bytes;
    if (present == null) {
      present = LineText.encode(text == null ? "" : text);
      bytes = present;
      from = 0;
      length = present.length;
    }
    return present;
  }

  public int lineFrom() {
    lineBytes();
    return from;
  }

  /** Returns the length of the line in bytes. */
  public int lineLength() {
    lineBytes();
    return length;
  }

  /** Returns the line as text; bytes that are no UTF-8 come back from {@link #lineBytes}. */
  String lineText() {
    String present = text;
    if (present == null) {
      present = LineText.decode(lineBytes(), from, length);
      text = present;
    }
    return present;
  }

  void setLine(String changed) {
    text = changed;
    bytes = null;
  }

  /** Makes a part of an array the line; the array must not change any more. */
  void setLine(byte[] array, int start, int byteLength) {
    bytes = array;
    from = start;
    length = byteLength;
    text = null;
  }

  // ---- extracted values

  boolean hasExtracted(String name) {
    if (extracted.containsKey(name)) {
      return extracted.get(name) != REMOVED;
    }
    return seed.has(name);
  }

  /** Returns the value, null if it is null or there is none. */
  @Nullable Object extracted(String name) {
    Object value = extracted.get(name);
    if (value == null) {
      return extracted.containsKey(name) ? null : seed.get(name);
    }
    return value == REMOVED ? null : value;
  }

  /** Returns the text of the value, null if it is null or there is none. */
  @Nullable String extractedText(String name) {
    return textOf(extracted(name));
  }

  void extract(String name, @Nullable Object value) {
    extracted.put(name, value);
  }

  void removeExtracted(String name) {
    extracted.put(name, REMOVED);
  }

  /** Returns all extracted values by name. */
  SortedMap<String, @Nullable Object> allExtracted() {
    SortedMap<String, @Nullable Object> all = new TreeMap<>();
    for (int i = 0; i < seed.size(); i++) {
      all.put(seed.name(i), seed.value(i));
    }
    all.putAll(extracted);
    all.values().removeIf(value -> value == REMOVED);
    return all;
  }

  /** Returns the text of an extracted value; null has none. */
  static @Nullable String textOf(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case String string -> string;
      case Double number -> GoFloat.formatShortest(number);
      default -> value.toString();
    };
  }

  /**
   * Returns the text that a stage works on: a value, or the line if {@code source} is empty; null
   * if the value is missing.
   */
  @Nullable String source(String source) {
    return source.isEmpty() ? lineText() : extractedText(source);
  }

  // ---- keeping

  /** Returns an entry of its own that a stage may keep; this one is used up. */
  Entry keep() {
    Entry kept = new Entry();
    kept.labels = labels;
    kept.metadata = metadata;
    kept.seed = seed;
    kept.extracted.putAll(extracted);
    kept.timestampNanos = timestampNanos;
    byte[] line = lineBytes();
    kept.bytes = Arrays.copyOfRange(line, from, from + length);
    kept.length = length;
    kept.hold = hold != null ? hold : holds.hold();
    hold = null;
    return kept;
  }

  /** Takes timestamp, metadata and extracted values from another entry. */
  void copyValues(Entry other) {
    timestampNanos = other.timestampNanos;
    metadata = other.metadata;
    seed = other.seed;
    extracted.clear();
    extracted.putAll(other.extracted);
  }

  /** Returns labels, timestamp and values of this entry, without its line and its hold. */
  Entry headCopy() {
    Entry head = new Entry();
    head.labels = labels;
    head.copyValues(this);
    return head;
  }

  /** Takes labels, timestamp and values from a head, but for metadata of its own. */
  void copyHead(Entry head) {
    Labels own = metadata;
    labels = head.labels;
    copyValues(head);
    if (!own.isEmpty()) {
      metadata = own;
    }
  }

  /** Makes a kept entry stand for {@code other}'s lines, too. */
  void takeOver(Entry other) {
    Hold mine = hold;
    if (mine == null) {
      throw new IllegalStateException("only a kept entry can stand for others");
    }
    if (other.hold != null) {
      mine.absorb(other.hold);
      other.hold = null;
    } else {
      other.holds.extend(mine);
    }
  }

  /** Says that nothing more becomes of this entry: it was handed on or dropped. */
  public void release() {
    if (hold != null) {
      hold.release();
      hold = null;
    }
  }
}
