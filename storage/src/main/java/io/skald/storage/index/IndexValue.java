package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.Labels;
import io.skald.storage.chunk.ChunkRef;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The values of the index.
 *
 * <pre>
 *  labels := version u8 | count varint | (length varint, name, length varint, value) * count
 *  chunk  := version u8 | key length varint, pack key | offset | length | footer length | entries
 *            | line bytes | blocks (varints) | chunk id u64 | min time u64 | max time u64
 * </pre>
 */
final class IndexValue {
  private static final byte VERSION = 1;

  private IndexValue() {}

  static byte[] ofLabels(Labels labels) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(128);
    out.write(VERSION);
    putVarint(out, labels.size());
    for (int i = 0; i < labels.size(); i++) {
      putText(out, labels.name(i));
      putText(out, labels.value(i));
    }
    return out.toByteArray();
  }

  static Labels labels(byte[] value) {
    try {
      ByteBuffer in = versioned(value, "labels");
      Labels.Builder labels = Labels.builder();
      for (long left = varint(in); left > 0; left--) {
        labels.set(text(in), text(in));
      }
      return labels.build();
    } catch (BufferUnderflowException e) {
      throw new StorageException("label index: the labels of a series end early", e);
    }
  }

  static byte[] ofChunk(ChunkRef chunk) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(128);
    out.write(VERSION);
    putText(out, chunk.packKey());
    putVarint(out, chunk.offset());
    putVarint(out, chunk.length());
    putVarint(out, chunk.footerLength());
    putVarint(out, chunk.entries());
    putVarint(out, chunk.lineBytes());
    putVarint(out, chunk.blocks());
    out.writeBytes(
        ByteBuffer.allocate(3 * Long.BYTES)
            .putLong(chunk.chunkId())
            .putLong(chunk.minTimestamp())
            .putLong(chunk.maxTimestamp())
            .array());
    return out.toByteArray();
  }

  static ChunkRef chunk(byte[] value) {
    try {
      ByteBuffer in = versioned(value, "a chunk reference");
      String packKey = text(in);
      long offset = varint(in);
      long length = varint(in);
      int footerLength = Math.toIntExact(varint(in));
      long entries = varint(in);
      long lineBytes = varint(in);
      int blocks = Math.toIntExact(varint(in));
      long chunkId = in.getLong();
      long minTimestamp = in.getLong();
      long maxTimestamp = in.getLong();
      return new ChunkRef(
          chunkId,
          packKey,
          offset,
          length,
          footerLength,
          minTimestamp,
          maxTimestamp,
          entries,
          lineBytes,
          blocks);
    } catch (BufferUnderflowException | ArithmeticException | IllegalArgumentException e) {
      throw new StorageException("label index: a chunk reference is damaged: " + e.getMessage(), e);
    }
  }

  private static ByteBuffer versioned(byte[] value, String what) {
    ByteBuffer in = ByteBuffer.wrap(value);
    byte version = in.get();
    if (version != VERSION) {
      throw new StorageException(
          "label index: " + what + " has format version " + version + ", this program reads "
              + VERSION);
    }
    return in;
  }

  private static void putText(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    putVarint(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static String text(ByteBuffer in) {
    long length = varint(in);
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void putVarint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new BufferUnderflowException();
  }
}
