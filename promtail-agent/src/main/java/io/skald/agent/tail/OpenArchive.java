package io.skald.agent.tail;

import io.skald.agent.position.FileHead;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.FileStat;
import io.skald.agent.position.LineState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * One compressed file that is being decoded from its start, and how many of its lines were handed
 * on. Takes memory for one line and what its decoder holds. Confined to the reader thread.
 */
final class OpenArchive implements AutoCloseable {
  private static final int CHUNK_BYTES = 256 << 10;

  /** What decoding a piece brought. */
  enum Outcome {
    /** There may be more. */
    READ,
    /** All lines are handed on. */
    END,
    /** The file ends before its content does: it may still be written. Its last line is kept. */
    CUT_SHORT,
    /** What follows cannot be decoded; what came before is handed on. */
    DAMAGED
  }

  final Target target;
  final String path;
  final FileStat stat;

  private final FileId id;
  private final FileHead head;
  private final LineSource source;
  private final long skippedLines;
  private final int maxLineBytes;
  private final TailCounters counters;
  private final EncodedInput file;
  private @Nullable InputStream decoded;
  private @Nullable LineEncoding encoding;
  private String failure = "";
  private long lines;

  private byte[] buffer = new byte[CHUNK_BYTES];
  private int length;

  /** The offset in the decoded content of {@code buffer[0]}. */
  private long base;

  private boolean insideCutLine;

  /**
   * @param channel of the file, at its start; closed with this
   * @param start with the lines that were handed on before
   */
  OpenArchive(
      Target target,
      FileChannel channel,
      FileStat stat,
      FilePosition start,
      int maxLineBytes,
      TailCounters counters) {
    this.target = target;
    this.path = start.path();
    this.stat = stat;
    this.id = start.id();
    this.head = start.head();
    this.skippedLines = start.offset();
    this.source = target.sourceOf(path);
    this.maxLineBytes = maxLineBytes;
    this.counters = counters;
    this.encoding = target.encoding().dependsOnMark() ? null : target.encoding();
    this.file = new EncodedInput(Channels.newInputStream(channel));
  }

  FileId id() {
    return id;
  }

  /** The lines that were handed on, in this run or before. */
  long lines() {
    return Math.max(lines, skippedLines);
  }

  /** The name of its compression. */
  String compression() {
    ArchiveFormat format = target.archives();
    return format == null ? "" : format.compression().text();
  }

  /** Why the content could not be decoded. */
  String failure() {
    return failure;
  }

  /** The position behind the lines that were handed on. */
  FilePosition position() {
    return at(lines(), LineState.START);
  }

  /** The position of a file that is not to be read again. */
  FilePosition end() {
    return at(lines(), LineState.END);
  }

  private FilePosition at(long line, LineState state) {
    return new FilePosition(id, stat.bornNanos(), head, line, state, path);
  }

  FileStatus status() {
    return new FileStatus(path, target.key(), file.count(), stat.sizeBytes(), lines, 0, false);
  }

  /**
   * Decodes one piece and hands on its lines.
   *
   * @throws IOException if the file cannot be read
   */
  Outcome read(LineSink sink) throws IOException {
    makeRoom();
    int count;
    try {
      InputStream in = decoder();
      count = in.read(buffer, length, buffer.length - length);
    } catch (IOException | RuntimeException e) { // the latter for what decoders do not expect
      IOException unreadable = file.failure();
      if (unreadable != null) {
        throw unreadable;
      }
      failure = e.getMessage() == null ? e.toString() : e.getMessage();
      if (file.hasEnded()) {
        return Outcome.CUT_SHORT;
      }
      handOnRest(sink);
      return Outcome.DAMAGED;
    }
    if (count < 0) {
      handOnRest(sink);
      return Outcome.END;
    }
    length += count;
    counters.bytesRead.add(count);
    sink.begin(source, line -> at(line, LineState.START));
    cut(sink);
    sink.advance(position());
    return Outcome.READ;
  }

  private InputStream decoder() throws IOException {
    InputStream in = decoded;
    if (in == null) {
      ArchiveFormat format = target.archives();
      if (format == null) {
        throw new IllegalStateException(target.key() + " has no compressed files");
      }
      in = format.compression().decoder(file);
      decoded = in;
    }
    return in;
  }

  /** A long line needs a larger buffer; it is given back with the next short one. */
  private void makeRoom() {
    int needed = length + CHUNK_BYTES;
    if (needed > buffer.length || (buffer.length > 2 * CHUNK_BYTES && needed <= 2 * CHUNK_BYTES)) {
      byte[] other = new byte[needed <= CHUNK_BYTES ? CHUNK_BYTES : 2 * needed];
      System.arraycopy(buffer, 0, other, 0, length);
      buffer = other;
    }
  }

  private void cut(LineSink sink) {
    LineEncoding known = encoding;
    if (known == null) {
      if (length < target.encoding().unit()) {
        return;
      }
      known = target.encoding().ofFile(buffer);
      encoding = known;
    }
    int unit = known.unit();
    int start = 0;
    for (int newline = known.indexOfNewline(buffer, 0, length, base);
        newline < length;
        newline = known.indexOfNewline(buffer, start, length, base)) {
      line(known, start, newline - start, sink);
      start = newline + unit;
    }
    if (insideCutLine || length - start > maxLineBytes) {
      if (!insideCutLine) {
        line(known, start, length - start, sink);
        insideCutLine = true;
      }
      start = length - Math.floorMod(base + length, unit); // a character may be cut in two
    }
    System.arraycopy(buffer, start, buffer, 0, length - start);
    length -= start;
    base += start;
  }

  /** Hands on what no newline follows. */
  void handOnRest(LineSink sink) {
    LineEncoding known = encoding;
    if (length > 0 && known != null) {
      sink.begin(source, line -> at(line, LineState.START));
      line(known, 0, length, sink);
      length = 0;
    }
  }

  private void line(LineEncoding known, int from, int bytes, LineSink sink) {
    if (insideCutLine) {
      insideCutLine = false; // this is the end of it
      return;
    }
    long number = lines++;
    if (number < skippedLines) {
      return;
    }
    if (bytes > maxLineBytes) {
      counters.linesCut.increment();
    }
    counters.linesRead.increment();
    int kept = Math.min(bytes, maxLineBytes);
    if (known.isBytes()) {
      sink.line(buffer, from, kept, number);
    } else {
      byte[] text = known.utf8(buffer, from, kept, base + from == 0);
      sink.line(text, 0, text.length, number);
    }
  }

  @Override
  public void close() throws IOException {
    try (file) {
      InputStream in = decoded;
      if (in != null) {
        in.close();
      }
    }
  }
}
