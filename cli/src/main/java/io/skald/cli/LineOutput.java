package io.skald.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Lines as bytes, through a buffer. A reader that has gone (a pipe to head) ends the command. */
final class LineOutput implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;

  private final OutputStream out;

  LineOutput(OutputStream out) {
    this.out = new BufferedOutputStream(out, BUFFER_BYTES);
  }

  void line(byte[] bytes) {
    try {
      out.write(bytes);
      out.write('\n');
    } catch (IOException e) {
      throw failed(e);
    }
  }

  void line(String text) {
    line(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes what is in the buffer. */
  void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Writes what is in the buffer; leaves the stream open. */
  @Override
  public void close() {
    flush();
  }

  private static RuntimeException failed(IOException cause) {
    String message = String.valueOf(cause.getMessage());
    return message.contains("Broken pipe")
        ? new ReaderGoneException(cause)
        : new RefusedException("standard output cannot be written: " + message);
  }
}
