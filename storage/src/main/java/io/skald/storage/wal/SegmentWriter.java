package io.skald.storage.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Appends records to one segment or checkpoint file through a staging buffer. Used by one thread;
 * owns the file, not the buffer.
 */
final class SegmentWriter implements Closeable {
  private final WalDisk.Output output;
  private final SegmentFormat.HeaderChecksum headerChecksum;
  private final ByteBuffer staging;
  private final int number;
  private long end;
  private long durableEnd;

  /**
   * Writes the file header; it is durable with the first {@link #force}.
   *
   * @param staging direct; its content is dropped
   * @throws IOException if the header cannot be written; the file may be there then
   */
  SegmentWriter(WalDisk disk, String file, byte[] magic, int number, ByteBuffer staging)
      throws IOException {
    this.number = number;
    this.staging = staging;
    this.headerChecksum = new SegmentFormat.HeaderChecksum(number);
    this.output = disk.create(file);
    try {
      staging.clear();
      SegmentFormat.putFileHeader(staging, magic, number);
      flush();
      end = SegmentFormat.FILE_HEADER_BYTES;
      durableEnd = end;
    } catch (IOException | RuntimeException e) {
      closeAfter(e);
      throw e;
    }
  }

  int number() {
    return number;
  }

  /** Returns the length of the file as written or staged so far. */
  long end() {
    return end;
  }

  /** Returns the length up to which {@link #force} has succeeded. */
  long durableEnd() {
    return durableEnd;
  }

  boolean hasRecords() {
    return end > SegmentFormat.FILE_HEADER_BYTES;
  }

  /**
   * Appends a record, possibly to the staging buffer only.
   *
   * @return the offset of the record
   */
  long append(RecordBuffer record, int payloadChecksum) throws IOException {
    long offset = end;
    int length = record.recordBytes();
    byte[] bytes =
        record.withHeader(
            payloadChecksum, headerChecksum.of(offset, record.payloadBytes(), payloadChecksum));
    int at = 0;
    while (at < length) {
      int step = Math.min(length - at, staging.remaining());
      staging.put(bytes, at, step);
      at += step;
      if (!staging.hasRemaining()) {
        flush();
      }
    }
    end += length;
    return offset;
  }

  /** Makes all records durable. After a failure only {@link #abandon} may follow. */
  void force() throws IOException {
    flush();
    output.force();
    durableEnd = end;
  }

  /**
   * Gives the file up after a failure: cuts off what is not durable, as far as the disk allows, and
   * closes it. Whatever remains of the tail was not acknowledged.
   */
  void abandon(Exception cause) {
    try {
      output.truncate(durableEnd);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    closeAfter(cause);
  }

  @Override
  public void close() throws IOException {
    output.close();
  }

  private void flush() throws IOException {
    staging.flip();
    output.write(staging);
    staging.clear();
  }

  private void closeAfter(Exception cause) {
    try {
      output.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
