package io.skald.storage.chunk;

/**
 * Walks the values of one column. The bytes of numbers and words end with {@link
 * TemplateLines#SLACK} more than the column has. Not thread-safe.
 */
final class ValueCursor {
  private final Section section;
  final byte[] bytes;
  final int end;

  /** Bytes of each value; 0 if each has an end mark or, of ids, its length in front. */
  final int width;

  int at;

  ValueCursor(Section section, byte[] bytes, int start, int size, int width) {
    this.section = section;
    this.bytes = bytes;
    this.at = start;
    this.end = start + size;
    this.width = width;
  }

  boolean isUsedUp() {
    return at == end;
  }

  /** Goes behind the next value of a number or word. */
  void skip() {
    at += width != 0 ? width : length() + 1;
    check();
  }

  /** Goes behind the next values of a number or word, without looking at each where it can. */
  void skip(int count) {
    if (width != 0) {
      if ((long) count * width > end - at) {
        throw section.corrupt("a value is missing or has no end");
      }
      at += count * width;
      return;
    }
    int left = count;
    while (true) {
      if (at >= end) {
        throw section.corrupt("a value is missing or has no end");
      }
      long word = (long) Words.LONG.get(bytes, at) ^ TemplateColumns.VALUE_END * Words.EVERY_BYTE;
      long ends = Words.zeros(word);
      int found = Long.bitCount(ends);
      if (found >= left) {
        for (; left > 1; left--) {
          ends &= ends - 1;
        }
        at += Words.firstByte(ends) + 1;
        check();
        return;
      }
      left -= found;
      at += Long.BYTES;
    }
  }

  /** Returns the length of the next value of a number or word. */
  int length() {
    if (width != 0) {
      return width;
    }
    int length = 0;
    int count;
    do {
      if (at + length >= end) {
        throw section.corrupt("a value is missing or has no end");
      }
      count =
          Words.firstByte(
              Words.equal((long) Words.LONG.get(bytes, at + length), TemplateColumns.VALUE_END));
      length += count;
    } while (count == Long.BYTES);
    return length;
  }

  /** Throws if the walk has left the column; the bytes behind it may have been read. */
  void check() {
    if (at > end || at < 0) {
      throw section.corrupt("a value is missing or has no end");
    }
  }

  /** Reads the length of the next id in bytes and stands before them. */
  int readIdLength() {
    if (width != 0) {
      requireId(width);
      return width;
    }
    int length = 0;
    for (int shift = 0; shift < 28 && at < end; shift += 7) {
      int b = bytes[at++];
      length |= (b & 0x7F) << shift;
      if (b >= 0) {
        requireId(length);
        return length;
      }
    }
    throw section.corrupt("an id has no valid length");
  }

  private void requireId(int length) {
    if (length > end - at) {
      throw section.corrupt("an id is missing");
    }
  }

  void skipId() {
    int length = readIdLength();
    at += length;
  }

  /** Appends all values, each followed by an end mark. */
  void appendTo(SectionWriter out) {
    while (at < end) {
      int length = length();
      int from = at;
      skip();
      out.writeBytes(bytes, from, length).writeByte(TemplateColumns.VALUE_END);
    }
  }
}
