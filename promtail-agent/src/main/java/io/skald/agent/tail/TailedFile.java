package io.skald.agent.tail;

import io.skald.agent.position.FileHead;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.FileStat;
import io.skald.agent.position.LineState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One open file and how far it was read. The open descriptor keeps the file when its name goes to
 * another one. Confined to the reader thread.
 */
final class TailedFile implements AutoCloseable {
  private static final byte[] EMPTY = {};

  final Target target;
  final String path;
  final LineSource source;

  /** Known once the file has its first bytes, if those decide. */
  @Nullable LineEncoding encoding;

  final FileContent content;
  final FileId id;
  final long bornNanos;

  /** The directory the file really lies in; where it is looked for after a rename. */
  final Path directory;

  FileHead head;
  long offset;
  LineState lineState;

  /** Bytes behind {@link #offset} that were read and have no newline yet. */
  byte[] tail = EMPTY;

  int tailLength;

  /**
   * Readings of the monotonic clock: the last new byte, the last time at the end, the next look.
   */
  long lastGrowth;

  long lastAtEnd;

  long nextPoll;

  /** Whether there is more to read than there was room for. */
  boolean blocked;

  long pollPause;

  /** Whether the path leads to another file or none: read to the end, then closed. */
  boolean rotated;

  long rotatedAt;
  long seenModifiedNanos = Long.MIN_VALUE;
  long seenSize;
  long linesRead;

  /** How far it is read after its target has gone; -1 while that is there. */
  private long wantedEnd = -1;

  /**
   * @param path the path it was matched under, not necessarily where it lies now
   */
  TailedFile(
      Target target,
      String path,
      Path directory,
      FileContent content,
      FileStat stat,
      FilePosition start,
      long monotonicNanos) {
    this.target = target;
    this.path = path;
    this.source = target.sourceOf(path);
    this.encoding = target.encoding().dependsOnMark() ? null : target.encoding();
    this.directory = directory;
    this.content = content;
    this.id = start.id();
    this.bornNanos = stat.bornNanos();
    this.head = start.head();
    this.offset = start.offset();
    this.lineState = start.lineState();
    this.lastGrowth = monotonicNanos;
    this.lastAtEnd = monotonicNanos;
    this.nextPoll = monotonicNanos;
  }

  /** Its target has gone: reading ends at {@code end}. */
  void abandonAt(long end) {
    if (wantedEnd < 0) {
      wantedEnd = end;
    }
  }

  /** Its target is there, again. */
  void keep() {
    wantedEnd = -1;
  }

  boolean isAbandoned() {
    return wantedEnd >= 0;
  }

  boolean isReadAsFarAsWanted(boolean atEnd) {
    return wantedEnd >= 0 && (atEnd || readOffset() >= wantedEnd);
  }

  /** The offset of the next byte to read. */
  long readOffset() {
    return offset + tailLength;
  }

  /** The position as it is to be remembered now. */
  FilePosition position() {
    return new FilePosition(id, bornNanos, head, offset, lineState, path);
  }

  /** The position before the line that starts at {@code lineStart}. */
  FilePosition positionAt(long lineStart) {
    return new FilePosition(id, bornNanos, head, lineStart, LineState.START, path);
  }

  /**
   * Compares the file's first bytes with what was seen, and learns more of them as the file grows.
   *
   * @param chunk what was just read, from {@link #offset} on
   * @param end how many bytes of it there are
   * @return false if the file was truncated or rewritten
   */
  boolean checkHead(byte[] chunk, int end, byte[] scratch) throws IOException {
    int wanted = (int) Math.min(FileHead.MAX_LENGTH, Math.max(head.length(), offset + end));
    int available = readHead(content, scratch, wanted);
    if (!head.matches(scratch, available)) {
      return false;
    }
    if (offset == 0 && end > head.length()) {
      // Learned from what is handed over: another look might already see another content.
      head = FileHead.of(chunk, Math.min(end, FileHead.MAX_LENGTH));
    } else if (available > head.length()) {
      head = FileHead.of(scratch, available);
    }
    return true;
  }

  /** Tells whether the file still begins as it did. */
  boolean headMatches(byte[] scratch) throws IOException {
    return head.matches(scratch, readHead(content, scratch, head.length()));
  }

  /** Reads up to {@code wanted} bytes from the start of a file; returns how many there were. */
  static int readHead(FileContent content, byte[] scratch, int wanted) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(scratch, 0, wanted);
    while (buffer.hasRemaining() && content.read(buffer, buffer.position()) > 0) {
      // a regular file answers in full; repeated for those that do not
    }
    return buffer.position();
  }

  /** Returns the encoding; null while the file is too short to tell. */
  @Nullable LineEncoding encoding(byte[] scratch) throws IOException {
    if (encoding == null) {
      LineEncoding asConfigured = target.encoding();
      if (readHead(content, scratch, asConfigured.unit()) == asConfigured.unit()) {
        encoding = asConfigured.ofFile(scratch);
      }
    }
    return encoding;
  }

  void keepTail(byte[] buffer, int from, int length) {
    if (length == 0) {
      tail = EMPTY; // most files rest at the end of a line: hold no memory for them
    } else {
      if (tail.length < length) {
        tail = new byte[Math.max(length, Math.min(2 * tail.length, 1 << 16))];
      }
      System.arraycopy(buffer, from, tail, 0, length);
    }
    tailLength = length;
  }

  /** Starts over at the first byte, as another content. */
  void restart() {
    head = FileHead.NONE;
    offset = 0;
    encoding = target.encoding().dependsOnMark() ? null : target.encoding();
    lineState = LineState.START;
    keepTail(EMPTY, 0, 0);
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}
