package io.skald.agent.tail;

import io.skald.agent.position.LineState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads files in chunks and cuts them into lines at {@code \n}; every other byte belongs to its
 * line. One buffer serves all files of a reader. Confined to the reader thread.
 */
final class LineReader {
  static final int CHUNK_BYTES = 256 << 10;

  /** What a look at a file brought. */
  enum Outcome {
    /** Something was read; there may be more. */
    READ,
    /** At the end of the file. */
    END,
    /** The content is another one than before; nothing of it was handed over. */
    REPLACED
  }

  private final int maxLineBytes;
  private final TailCounters counters;
  private final byte[] headScratch = new byte[1024];
  private byte[] buffer = new byte[CHUNK_BYTES + (16 << 10)];

  LineReader(int maxLineBytes, TailCounters counters) {
    this.maxLineBytes = maxLineBytes;
    this.counters = counters;
  }

  /** Reads one chunk of {@code file} and hands its lines to {@code sink}. */
  Outcome read(TailedFile file, LineSink sink) throws IOException {
    LineEncoding encoding = file.encoding(headScratch);
    if (encoding == null) {
      return file.content.size() < file.readOffset() ? Outcome.REPLACED : Outcome.END;
    }
    int held = file.tailLength;
    makeRoom(held + CHUNK_BYTES);
    System.arraycopy(file.tail, 0, buffer, 0, held);
    int count = file.content.read(ByteBuffer.wrap(buffer, held, CHUNK_BYTES), file.readOffset());
    if (count <= 0) {
      return file.content.size() < file.readOffset() ? Outcome.REPLACED : Outcome.END;
    }
    if (!file.checkHead(buffer, held + count, headScratch) && isOfNewContent(file, held, count)) {
      return Outcome.REPLACED;
    }
    counters.bytesRead.add(count);
    sink.begin(file.source, file::positionAt);
    split(file, encoding, held, held + count, sink);
    sink.advance(file.position());
    return Outcome.READ;
  }

  /** Tells whether the file's content was replaced by one of the same size. */
  boolean wasRewritten(TailedFile file) throws IOException {
    return !file.headMatches(headScratch);
  }

  /** Hands over the unterminated tail as a line of its own. */
  void sendTail(TailedFile file, LineSink sink) {
    if (file.tailLength == 0) {
      return;
    }
    sink.begin(file.source, file::positionAt);
    emit(file, file.tail, 0, file.tailLength, file.offset, sink);
    file.offset += file.tailLength;
    file.lineState = LineState.AFTER_TAIL;
    file.keepTail(file.tail, 0, 0);
    sink.advance(file.position());
  }

  /**
   * The head changed at some time around the read. If the same bytes still stand where they were
   * read they are the new content's; else they were the last of the old one, and must not be lost.
   */
  private boolean isOfNewContent(TailedFile file, int from, int count) throws IOException {
    ByteBuffer again = ByteBuffer.allocate(count);
    long at = file.readOffset();
    while (again.hasRemaining()) {
      int n = file.content.read(again, at + again.position());
      if (n <= 0) {
        return false;
      }
    }
    return Arrays.equals(again.array(), 0, count, buffer, from, from + count);
  }

  private void split(TailedFile file, LineEncoding encoding, int scanFrom, int end, LineSink sink) {
    long base = file.offset; // the file offset of buffer[0]
    int lineStart = 0;
    int unit = encoding.unit();
    int scan = scanFrom;
    if (file.lineState == LineState.AFTER_TAIL) {
      if (end < unit) {
        file.keepTail(buffer, 0, end);
        return;
      }
      file.lineState = LineState.START;
      if (encoding.isNewline(buffer, 0)) {
        lineStart = unit;
        scan = unit;
      }
    } else if (file.lineState == LineState.INSIDE_CUT_LINE) {
      int newline = encoding.indexOfNewline(buffer, scan, end, base);
      if (newline == end) {
        int split = Math.floorMod(base + end, unit); // of a character cut in two
        file.offset += end - split;
        file.keepTail(buffer, end - split, split);
        return;
      }
      file.lineState = LineState.START;
      lineStart = newline + unit;
      scan = lineStart;
    }
    for (int newline = encoding.indexOfNewline(buffer, scan, end, base);
        newline < end;
        newline = encoding.indexOfNewline(buffer, lineStart, end, base)) {
      emit(file, buffer, lineStart, newline - lineStart, base + lineStart, sink);
      lineStart = newline + unit;
    }
    int rest = end - lineStart;
    if (rest > maxLineBytes) {
      emit(file, buffer, lineStart, rest, base + lineStart, sink);
      file.lineState = LineState.INSIDE_CUT_LINE;
      lineStart = end;
      rest = 0;
    }
    file.offset = base + lineStart;
    file.keepTail(buffer, lineStart, rest);
  }

  private void emit(
      TailedFile file, byte[] bytes, int from, int length, long offset, LineSink sink) {
    if (length > maxLineBytes) {
      counters.linesCut.increment();
    }
    counters.linesRead.increment();
    file.linesRead++;
    int kept = Math.min(length, maxLineBytes);
    LineEncoding encoding = file.encoding;
    if (encoding == null || encoding.isBytes()) {
      sink.line(bytes, from, kept, offset);
    } else {
      byte[] text = encoding.utf8(bytes, from, kept, offset == 0);
      sink.line(text, 0, text.length, offset);
    }
  }

  /** A long line needs a larger buffer; it is given back with the next short one. */
  private void makeRoom(int needed) {
    int normal = CHUNK_BYTES + (16 << 10);
    if (needed > buffer.length) {
      buffer = new byte[Math.max(needed, Math.min(2 * buffer.length, maxLineBytes + CHUNK_BYTES))];
    } else if (buffer.length > normal && needed <= normal) {
      buffer = new byte[normal];
    }
  }
}
