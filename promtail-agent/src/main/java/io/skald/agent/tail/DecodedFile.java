package io.skald.agent.tail;

import io.skald.agent.decompress.Compression;
import io.skald.agent.position.FileHead;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a compressed file decodes to. Its first bytes can be read again and again, all others once
 * and in order. Takes what its decoder holds in memory. Confined to the reader thread.
 */
final class DecodedFile implements FileContent {
  /** What is decoded at once, and lost if something in it cannot be. */
  private static final int STEP_BYTES = 16 << 10;

  private final Path path;
  private final EncodedInput file;
  private final byte[] head = new byte[FileHead.MAX_LENGTH];
  private final int headLength;
  private @Nullable InputStream decoder;

  /** The offset of the next byte that is decoded. */
  private long position;

  private boolean ended;
  private @Nullable DamagedFileException damage;

  /**
   * Opens a file and decodes its first bytes; damage in them is told when something is read.
   *
   * @throws IOException if the file cannot be read
   */
  DecodedFile(Path path, Compression compression) throws IOException {
    this.path = path;
    this.file = new EncodedInput(Files.newInputStream(path));
    try {
      this.decoder = begin(compression);
      int length = 0;
      int more = decode(head, 0, head.length);
      while (more > 0) {
        length += more;
        more = decode(head, length, head.length - length);
      }
      this.headLength = length;
    } catch (IOException e) {
      try (file) {
        throw e;
      }
    }
  }

  private @Nullable InputStream begin(Compression compression) throws IOException {
    try {
      return compression.decoder(file);
    } catch (IOException | RuntimeException e) { // the latter for what decoders do not expect
      note(e);
      return null;
    }
  }

  /** Tells whether the content begins as {@code other} says. */
  boolean begins(FileHead other) {
    return other.matches(head, headLength);
  }

  /** The fingerprint of the content. */
  FileHead head() {
    return FileHead.of(head, headLength);
  }

  /** Why no more can be decoded; null if nothing is known of that. */
  @Nullable DamagedFileException damage() {
    return damage;
  }

  /** How many bytes of the file itself were read. */
  long encodedBytes() {
    return file.count();
  }

  /**
   * Goes on towards {@code at}, by about {@code limit} bytes at most.
   *
   * @return whether that is reached, or the end before it
   */
  boolean skipTo(long at, int limit) throws IOException {
    byte[] skipped = new byte[STEP_BYTES];
    long stop = Math.min(at, position + limit);
    while (position < stop) {
      if (decode(skipped, 0, (int) Math.min(skipped.length, stop - position)) <= 0) {
        return true;
      }
    }
    return position >= at;
  }

  @Override
  public int read(ByteBuffer into, long at) throws IOException {
    if (at < headLength) {
      int length = (int) Math.min(into.remaining(), headLength - at);
      into.put(head, (int) at, length);
      return length;
    }
    if (at < position) {
      throw new IllegalStateException(path + ": byte " + at + " was decoded and is gone");
    }
    while (position < at && !ended && damage == null) {
      skipTo(at, STEP_BYTES);
    }
    int before = into.position();
    while (into.hasRemaining()) {
      int more = decode(into.array(), into.arrayOffset() + into.position(), into.remaining());
      if (more <= 0) {
        break;
      }
      into.position(into.position() + more);
    }
    int read = into.position() - before;
    DamagedFileException failure = damage;
    if (read == 0 && failure != null) {
      throw failure;
    }
    return read == 0 ? -1 : read;
  }

  /** Decodes some bytes; nothing at the end and where the content is damaged. */
  private int decode(byte[] into, int from, int length) throws IOException {
    InputStream in = decoder;
    if (in == null || ended || damage != null || length == 0) {
      return 0;
    }
    try {
      int read = in.read(into, from, Math.min(length, STEP_BYTES));
      ended = read < 0;
      position += Math.max(0, read);
      return read;
    } catch (IOException | RuntimeException e) {
      note(e);
      return 0;
    }
  }

  private void note(Exception e) throws IOException {
    IOException unreadable = file.failure();
    if (unreadable != null) {
      throw unreadable;
    }
    damage =
        new DamagedFileException(
            path
                + " cannot be decoded behind byte "
                + position
                + " of its content: "
                + (file.hasEnded() ? "the file ends too early" : e.getMessage()),
            e);
  }

  @Override
  public long size() {
    return Math.max(position, headLength);
  }

  @Override
  public void close() throws IOException {
    try (file) {
      InputStream in = decoder;
      if (in != null) {
        in.close();
      }
    }
  }
}
