package io.skald.storage.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one segment or checkpoint file in order. Where the bytes are not a record,
 * it looks at every following byte for the next one, and reports what it stepped over.
 *
 * <p>A record whose header stands where it must is returned with its payload unchecked, so that the
 * costly checksum can be computed elsewhere; after a damaged place, and at the end of the file, the
 * payload is checked here because it decides where to go on. Not thread-safe.
 */
final class SegmentReader implements Closeable {
  /** Bounds the bytes held for headers and small records. */
  private static final int WINDOW_BYTES = 1 << 18;

  private final String file;
  private final WalDisk.Input input;
  private final Consumer<WalDamage> damages;
  private final SegmentFormat.HeaderChecksum headerChecksum;
  private final long size;
  private final ByteBuffer window =
      ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long windowStart;
  private long next;
  private long validEnd;
  private boolean lost;
  private boolean begun;

  /** A record as it stands in the file. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record RawRecord(long offset, byte[] payload, int payloadChecksum) {
    boolean isIntact() {
      return SegmentFormat.payloadChecksum(payload, 0, payload.length) == payloadChecksum;
    }
  }

  /**
   * @param magic the kind of file expected
   * @param number the number in the file's name
   * @param damages told of every unreadable range, in order
   */
  SegmentReader(WalDisk disk, String file, byte[] magic, int number, Consumer<WalDamage> damages)
      throws IOException {
    this.file = file;
    this.damages = damages;
    this.headerChecksum = new SegmentFormat.HeaderChecksum(number);
    this.input = disk.open(file);
    try {
      this.size = input.size();
      fill(0, SegmentFormat.FILE_HEADER_BYTES);
      begun = SegmentFormat.isBegun(window.duplicate(), magic, number);
      String fault = SegmentFormat.checkFileHeader(file, window.duplicate(), magic, number);
      if (fault != null) {
        damages.accept(
            new WalDamage(file, 0, Math.min(size, SegmentFormat.FILE_HEADER_BYTES), fault));
        lost = true;
      } else {
        validEnd = SegmentFormat.FILE_HEADER_BYTES;
      }
      next = SegmentFormat.FILE_HEADER_BYTES;
    } catch (IOException | RuntimeException e) {
      input.close();
      throw e;
    }
  }

  /** Returns the next record, or null at the end of the file. */
  @Nullable RawRecord next() throws IOException {
    long from = next;
    while (next < size) {
      RawRecord record = readAt(next);
      if (record != null) {
        if (from != next) {
          reportGap(from, next);
        }
        lost = false;
        next += SegmentFormat.RECORD_HEADER_BYTES + record.payload.length;
        validEnd = next;
        return record;
      }
      lost = true;
      next++;
    }
    if (from < size) {
      reportGap(from, size);
    }
    return null;
  }

  /** Returns the end of the last record seen, where a torn tail begins if the file goes on. */
  long validEnd() {
    return validEnd;
  }

  long size() {
    return size;
  }

  /**
   * Returns whether there is no more than a file header whose writing was not finished: a crash
   * soon after the file was created leaves that.
   */
  boolean isUnfinishedHeader() {
    return validEnd == 0 && begun;
  }

  @Override
  public void close() throws IOException {
    input.close();
  }

  private void reportGap(long from, long to) {
    damages.accept(
        new WalDamage(
            file,
            from,
            to - from,
            to == size
                ? "no valid record up to the end of the file"
                : "no valid record before the next one"));
  }

  private @Nullable RawRecord readAt(long offset) throws IOException {
    if (offset + SegmentFormat.RECORD_HEADER_BYTES > size) {
      return null;
    }
    int at = fill(offset, SegmentFormat.RECORD_HEADER_BYTES);
    int length = window.getInt(at);
    int payloadChecksum = window.getInt(at + 4);
    int headerSum = window.getInt(at + 8);
    long start = offset + SegmentFormat.RECORD_HEADER_BYTES;
    if (length < 0
        || length > size - start
        || headerSum != headerChecksum.of(offset, length, payloadChecksum)) {
      return null;
    }
    RawRecord record = new RawRecord(offset, read(start, length), payloadChecksum);
    boolean decidesTheWay = lost || start + length == size;
    return decidesTheWay && !record.isIntact() ? null : record;
  }

  private byte[] read(long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    if (length <= WINDOW_BYTES / 4) {
      window.get(fill(offset, length), bytes);
    } else if (input.read(ByteBuffer.wrap(bytes), offset) < length) {
      throw shrunk(offset + length);
    }
    return bytes;
  }

  /** Returns the index in the window at which {@code count} bytes from {@code offset} stand. */
  private int fill(long offset, int count) throws IOException {
    if (offset < windowStart || offset + count > windowStart + window.limit()) {
      window.clear();
      windowStart = offset;
      int read = input.read(window, offset);
      window.position(0).limit(read);
      if (read < Math.min(count, size - offset)) {
        throw shrunk(offset + count);
      }
    }
    return (int) (offset - windowStart);
  }

  private IOException shrunk(long end) {
    return new IOException(file + " ended before byte " + end + " while it was being read");
  }
}
