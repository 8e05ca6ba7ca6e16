package io.skald.storage.chunk;

import java.util.Arrays;

/**
 * The line bytes of a block.
 *
 * <pre>
 *  PLAIN : one zstd frame
 *  RAW   : the bytes
 *  SPLIT : text length | stored length | digits length | stored length      LEB128 each
 *          | text | digits | ids (the rest)
 *          a stream whose stored length equals its length is stored as it is, else as a zstd frame
 * </pre>
 *
 * See {@link SplitText} for the streams. An instance encodes and belongs to one thread.
 */
final class LineColumn {
  static final int RAW = 1;
  static final int PLAIN = 2;
  static final int SPLIT = 3;

  private final Zstandard zstd;
  private final SplitText split = new SplitText();
  private final SectionWriter body = new SectionWriter();
  private final SectionWriter header = new SectionWriter();

  LineColumn(Zstandard zstd) {
    this.zstd = zstd;
  }

  /** Encodes {@code raw[from, to)} in the shortest of the forms. */
  EncodedColumn encode(byte[] raw, int from, int to) {
    int rawLength = to - from;
    EncodedColumn splitForm = split.encode(raw, from, to) ? encodeSplit() : null;
    if (splitForm != null && splitForm.bytes().length < rawLength / 2) {
      return splitForm;
    }
    // Rarely reached: text that holds marker bytes or hardly compresses.
    int packed = zstd.compress(raw, from, rawLength);
    if (splitForm != null && splitForm.bytes().length <= Math.min(packed, rawLength)) {
      return splitForm;
    }
    return packed < rawLength
        ? new EncodedColumn(PLAIN, Arrays.copyOf(zstd.buffer(), packed))
        : new EncodedColumn(RAW, Arrays.copyOfRange(raw, from, to));
  }

  private EncodedColumn encodeSplit() {
    header.clear();
    body.clear();
    addStream(split.text(), split.textLength());
    addStream(split.digits(), split.digitsLength());
    body.writeBytes(split.ids(), 0, split.idsLength());
    byte[] bytes = Arrays.copyOf(header.toByteArray(), header.size() + body.size());
    body.copyTo(bytes, header.size());
    return new EncodedColumn(SPLIT, bytes);
  }

  private void addStream(byte[] stream, int length) {
    int packed = zstd.compress(stream, 0, length);
    header.writeVarLong(length);
    if (packed < length) {
      header.writeVarLong(packed);
      body.writeBytes(zstd.buffer(), 0, packed);
    } else {
      header.writeVarLong(length);
      body.writeBytes(stream, 0, length);
    }
  }

  /** Returns the line bytes; the array may be longer. */
  static byte[] decode(Section section, DecompressionContexts contexts, int lineBytes) {
    byte[] bytes = section.bytes();
    return switch (section.encoding()) {
      case RAW -> {
        if (bytes.length != lineBytes) {
          throw section.corrupt("it holds " + bytes.length + " bytes, expected " + lineBytes);
        }
        yield bytes;
      }
      case PLAIN -> contexts.decompress(section, 0, bytes.length, lineBytes, 0);
      case SPLIT -> decodeSplit(section, contexts, lineBytes);
      default -> throw Packing.unknown(section);
    };
  }

  private static byte[] decodeSplit(
      Section section, DecompressionContexts contexts, int lineBytes) {
    SectionReader in = new SectionReader(section);
    // A number of one digit takes two bytes, so the digits may be longer than the lines.
    int textLength = in.readVarInt("the length of the text", lineBytes);
    int textStored = in.readLength("the stored length of the text");
    int digitsLength = in.readVarInt("the length of the digits", 2L * lineBytes);
    int digitsStored = in.readLength("the stored length of the digits");
    byte[] text = stream(section, contexts, in, textStored, textLength);
    byte[] digits = stream(section, contexts, in, digitsStored, digitsLength);
    int idsLength = in.remaining();
    byte[] ids = in.readBytes(idsLength);
    return SplitText.decode(
        section,
        new SplitText.Streams(text, textLength, digits, digitsLength, ids, idsLength),
        lineBytes);
  }

  private static byte[] stream(
      Section section, DecompressionContexts contexts, SectionReader in, int stored, int length) {
    int from = in.position();
    in.skip(stored);
    return stored == length
        ? padded(section.bytes(), from, length)
        : contexts.decompress(section, from, stored, length, SplitText.SLACK);
  }

  private static byte[] padded(byte[] bytes, int from, int length) {
    byte[] result = new byte[length + SplitText.SLACK];
    System.arraycopy(bytes, from, result, 0, length);
    return result;
  }
}
