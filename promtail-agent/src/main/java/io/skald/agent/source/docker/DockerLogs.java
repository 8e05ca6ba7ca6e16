package io.skald.agent.source.docker;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Reads the log stream of a container with its timestamps. Without a terminal, it comes in frames:
 * the stream (1 output, 2 errors), three zeros, the length (32 bits, big-endian), the text. A line
 * of more than 16 KiB comes in several, each with a timestamp; only the last ends with a newline.
 * Confined to one thread.
 */
final class DockerLogs {
  private static final int HEADER_BYTES = 8;
  private static final int STDERR = 2;
  private static final int MAX_FRAME_BYTES = 16 << 20;

  /** More than the longest form of a time. */
  private static final int MAX_TIME_BYTES = 40;

  private final InputStream in;
  private final boolean terminal;
  private final int maxLineBytes;
  private final Sink sink;
  private final Part output = new Part("stdout");
  private final Part errors = new Part("stderr");

  /** Takes whole lines. */
  interface Sink {
    /**
     * @param stream {@code stdout} or {@code stderr}
     * @param nanos when it began, 0 if that is not told
     * @param endNanos when it ended
     * @param openNanos when the line of the other stream began, {@link Long#MAX_VALUE} if there is
     *     none under way
     * @param line without its end; belongs to the sink
     */
    void line(String stream, long nanos, long endNanos, long openNanos, byte[] line)
        throws InterruptedException;
  }

  /** The line under way of one stream. */
  private static final class Part {
    final String stream;
    final ByteArrayOutputStream text = new ByteArrayOutputStream();
    long nanos;
    long endNanos;
    boolean begun;

    Part(String stream) {
      this.stream = stream;
    }
  }

  /**
   * @param terminal whether the container has one: no frames then, and all is output
   * @param maxLineBytes the rest of a longer line is left out
   */
  DockerLogs(InputStream in, boolean terminal, int maxLineBytes, Sink sink) {
    this.in = in;
    this.terminal = terminal;
    this.maxLineBytes = maxLineBytes;
    this.sink = sink;
  }

  /** Reads up to the end, also if that is in the middle of a frame. */
  void readAll() throws IOException, InterruptedException {
    try {
      while (terminal ? readLine() : readFrame()) {
        // goes on
      }
    } catch (EOFException _) {
      // a container that was killed
    }
    end(output);
    end(errors);
  }

  private boolean readFrame() throws IOException, InterruptedException {
    byte[] header = in.readNBytes(HEADER_BYTES);
    if (header.length < HEADER_BYTES) {
      return false;
    }
    int length = ByteBuffer.wrap(header).getInt(4);
    if (length < 0 || length > MAX_FRAME_BYTES) {
      throw new IOException("a frame of docker's log claims to have " + length + " bytes");
    }
    byte[] frame = in.readNBytes(length);
    if (frame.length < length) {
      throw new EOFException();
    }
    add(header[0] == STDERR ? errors : output, frame);
    return true;
  }

  private boolean readLine() throws IOException, InterruptedException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b = in.read();
    while (b >= 0 && b != '\n') {
      if (line.size() < maxLineBytes + MAX_TIME_BYTES) {
        line.write(b);
      }
      b = in.read();
    }
    if (b == '\n') {
      line.write(b);
    }
    if (line.size() > 0) {
      add(output, line.toByteArray());
    }
    return b >= 0;
  }

  private void add(Part part, byte[] frame) throws InterruptedException {
    int space = 0;
    while (space < frame.length && space < MAX_TIME_BYTES && frame[space] != ' ') {
      space++;
    }
    int from = 0;
    long nanos = 0;
    if (space < frame.length && frame[space] == ' ') {
      try {
        Instant time = Instant.parse(new String(frame, 0, space, StandardCharsets.US_ASCII));
        nanos =
            Math.addExact(
                Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
        from = space + 1;
      } catch (DateTimeException | ArithmeticException _) {
        // text without a time
      }
    }
    if (!part.begun) {
      part.begun = true;
      part.nanos = nanos;
    }
    part.endNanos = nanos;
    boolean whole = frame.length > 0 && frame[frame.length - 1] == '\n';
    int end = whole ? frame.length - 1 : frame.length;
    int room = maxLineBytes - part.text.size();
    part.text.write(frame, from, Math.clamp(end - from, 0, Math.max(0, room)));
    if (whole) {
      end(part);
    }
  }

  private void end(Part part) throws InterruptedException {
    if (!part.begun) {
      return;
    }
    byte[] line = part.text.toByteArray();
    int length = line.length;
    while (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    Part other = part == output ? errors : output;
    sink.line(
        part.stream,
        part.nanos,
        part.endNanos,
        other.begun ? other.nanos : Long.MAX_VALUE,
        length == line.length ? line : java.util.Arrays.copyOf(line, length));
    part.text.reset();
    part.begun = false;
  }
}
