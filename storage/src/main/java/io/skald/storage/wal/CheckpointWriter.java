package io.skald.storage.wal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes a checkpoint: under another name, synced, then renamed, so that a checkpoint that is there
 * is whole. Used by one thread. Closing without {@link #commit} leaves the log as it was.
 */
public final class CheckpointWriter implements AutoCloseable {
  private static final int STAGING_BYTES = 1 << 18;
  private static final int INITIAL_RECORD_BYTES = 1 << 16;

  private final WalDisk disk;
  private final LogFiles files;
  private final int number;
  private final String unfinishedName;
  private final SegmentWriter writer;
  private final RecordBuffer record = new RecordBuffer(INITIAL_RECORD_BYTES);
  private int chunks;
  private boolean renamed;
  private boolean committed;

  CheckpointWriter(WalDisk disk, LogFiles files, int number) throws IOException {
    this.disk = disk;
    this.files = files;
    this.number = number;
    this.unfinishedName = SegmentFormat.checkpointName(number) + LogFiles.UNFINISHED_SUFFIX;
    this.writer =
        new SegmentWriter(
            disk,
            unfinishedName,
            SegmentFormat.CHECKPOINT_MAGIC,
            number,
            ByteBuffer.allocateDirect(STAGING_BYTES));
  }

  /** Adds a chunk that is in memory. */
  public void add(CheckpointChunk chunk) throws IOException {
    CheckpointRecord.encode(chunk, record);
    writer.append(record, record.payloadChecksum());
    chunks++;
  }

  /**
   * Makes the checkpoint count and deletes the segments it covers.
   *
   * @throws IOException if it could not be made durable; the older files are all still there
   */
  public void commit() throws IOException {
    CheckpointRecord.encodeEnd(chunks, record);
    writer.append(record, record.payloadChecksum());
    writer.force();
    writer.close();
    disk.rename(unfinishedName, SegmentFormat.checkpointName(number));
    renamed = true;
    disk.force();
    committed = true;
    files.checkpointWritten(number);
    files.deleteBefore(number, true);
  }

  /** Returns the bytes written so far. */
  public long bytes() {
    return writer.end();
  }

  @Override
  public void close() throws IOException {
    if (!committed) {
      writer.close();
      if (renamed) {
        // A replay would hand over what is flushed by then, and the index no longer knows of.
        files.deleteUncommitted(number);
      } else {
        disk.delete(unfinishedName);
      }
    }
  }
}
