package io.skald.agent.pipeline;

import io.skald.common.model.Labels;
import java.util.Arrays;

/** A kept entry whose line grows by those of others. */
final class JoinedLine {
  private final Entry entry;
  private final int maxBytes;
  private byte[] bytes;
  private int length;
  private int lines = 1;

  /**
   * @param first a kept entry
   * @param maxBytes where the line is cut; 0 for nowhere
   */
  JoinedLine(Entry first, int maxBytes) {
    this.entry = first;
    this.maxBytes = maxBytes;
    this.bytes = new byte[0];
    append(first.lineBytes(), first.lineFrom(), first.lineLength());
  }

  /** The entry; its line is that of the first until {@link #finish}. */
  Entry entry() {
    return entry;
  }

  int length() {
    return length;
  }

  int lines() {
    return lines;
  }

  /** Appends the line of another entry, and stands for that entry from now on. */
  void append(Entry other) {
    append(other.lineBytes(), other.lineFrom(), other.lineLength());
    entry.takeOver(other);
    lines++;
  }

  void append(byte separator) {
    append(new byte[] {separator}, 0, 1);
  }

  /** Takes timestamp, metadata and extracted values from the last part. */
  void useRestOf(Entry other) {
    entry.copyValues(other);
  }

  /** Adds metadata that the first line did not have. */
  void addMetadata(Entry other) {
    Labels more = other.metadata();
    if (more.isEmpty()) {
      return;
    }
    Labels.Builder all = more.toBuilder();
    Labels first = entry.metadata();
    for (int i = 0; i < first.size(); i++) {
      all.set(first.name(i), first.value(i));
    }
    entry.setMetadata(all.build());
  }

  /** Returns the entry with the whole line. */
  Entry finish() {
    entry.setLine(bytes, 0, length);
    return entry;
  }

  private void append(byte[] more, int from, int count) {
    int fits = maxBytes == 0 ? count : Math.clamp((long) maxBytes - length, 0, count);
    if (length + fits > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + fits, 2 * bytes.length));
    }
    System.arraycopy(more, from, bytes, length, fits);
    length += fits;
  }
}
