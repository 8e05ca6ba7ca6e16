package io.skald.storage.chunk;

/**
 * Writes lines that {@link TemplateText} took apart. Belongs to one thread.
 *
 * <pre>
 *  lines  := templates LEB128 | text length LEB128 | planes u8
 *          | used columns LEB128 | (column - the one before - 1 | width | bytes) * used, LEB128 each
 *          | stored length LEB128 * frames | frame * frames
 *  frames := the templates | their numbers, line by line, in planes
 *          | all columns below 512 bytes in ascending order
 *          | each other column by itself, in ascending order
 * </pre>
 *
 * The first column is counted from -1. A frame whose stored length is that of its content is stored
 * as it is, else it is a zstd frame. See {@link TemplateColumns} for the columns and {@link
 * BytePlanes} for planes.
 */
final class TemplateEncoding {
  private final Zstandard zstd;
  private final Zstandard numbersZstd;
  private final TemplateText lines = new TemplateText();
  private final SectionWriter header = new SectionWriter();
  private final SectionWriter body = new SectionWriter();
  private final SectionWriter buffer = new SectionWriter();

  TemplateEncoding(Zstandard zstd, Zstandard numbersZstd) {
    this.zstd = zstd;
    this.numbersZstd = numbersZstd;
  }

  /** Encodes the lines; returns false if one holds a marker byte. */
  boolean encode(byte[] raw, int[] offsets, int size) {
    if (!lines.encode(raw, offsets, size)) {
      return false;
    }
    ValueColumns values = lines.values();
    values.gather(raw);
    int planes = BytePlanes.count(lines.count() - 1);
    body.clear();
    header.clear().writeVarLong(lines.count()).writeVarLong(lines.textLength()).writeByte(planes);
    writeTable(values);
    addFrame(zstd, lines.text(), 0, lines.textLength());
    BytePlanes.write(buffer.clear(), lines.templates(), size, planes);
    addFrame(zstd, buffer.bytes(), 0, buffer.size());
    buffer.clear();
    for (int column = 0; column < TemplateColumns.COUNT; column++) {
      if (!hasFrame(values.size(column))) {
        buffer.writeBytes(values.bytes(), values.start(column), values.size(column));
      }
    }
    addFrame(numbersZstd, buffer.bytes(), 0, buffer.size());
    for (int column = 0; column < TemplateColumns.COUNT; column++) {
      if (hasFrame(values.size(column))) {
        addFrame(
            column < TemplateColumns.FIRST_WORD ? numbersZstd : zstd,
            values.bytes(),
            values.start(column),
            values.size(column));
      }
    }
    return true;
  }

  private static boolean hasFrame(int size) {
    return size >= TemplateColumns.MIN_FRAME_BYTES;
  }

  /** Returns the length of what was encoded. */
  int length() {
    return header.size() + body.size();
  }

  byte[] toByteArray() {
    byte[] bytes = new byte[length()];
    header.copyTo(bytes, 0);
    body.copyTo(bytes, header.size());
    return bytes;
  }

  private void writeTable(ValueColumns values) {
    int used = 0;
    for (int column = 0; column < TemplateColumns.COUNT; column++) {
      used += values.size(column) > 0 ? 1 : 0;
    }
    header.writeVarLong(used);
    int last = -1;
    for (int column = 0; column < TemplateColumns.COUNT; column++) {
      if (values.size(column) > 0) {
        header.writeVarLong(column - last - 1);
        header.writeVarLong(values.width(column)).writeVarLong(values.size(column));
        last = column;
      }
    }
  }

  private void addFrame(Zstandard zstd, byte[] bytes, int from, int length) {
    int packed = length == 0 ? 0 : zstd.compress(bytes, from, length);
    if (packed < length) {
      header.writeVarLong(packed);
      body.writeBytes(zstd.buffer(), 0, packed);
    } else {
      header.writeVarLong(length);
      body.writeBytes(bytes, from, length);
    }
  }
}
