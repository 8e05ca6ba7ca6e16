package io.skald.agent.tail;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a compressed file on their way to a decoder: tells failures to read the file from
 * failures to decode it, and whether all of it was read. Confined to the reader thread.
 */
final class EncodedInput extends FilterInputStream {
  private static final int BUFFER_BYTES = 64 << 10;

  private long count;
  private boolean ended;
  private @Nullable IOException failure;

  EncodedInput(InputStream file) {
    super(new BufferedInputStream(file, BUFFER_BYTES));
  }

  /** How many bytes were read. */
  long count() {
    return count;
  }

  /** Whether a decoder asked for more than there is. */
  boolean hasEnded() {
    return ended;
  }

  /** Why the file could not be read; null if it could. */
  @Nullable IOException failure() {
    return failure;
  }

  @Override
  public int read() throws IOException {
    try {
      int read = super.read();
      ended |= read < 0;
      count += read < 0 ? 0 : 1;
      return read;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public int read(byte[] bytes, int from, int wanted) throws IOException {
    try {
      int read = super.read(bytes, from, wanted);
      ended |= read < 0;
      count += Math.max(0, read);
      return read;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }
}
