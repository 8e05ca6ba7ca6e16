package io.skald.storage.chunk;

import java.util.Arrays;

/**
 * The line bytes of a block.
 *
 * <pre>
 *  PLAIN     : one zstd frame
 *  RAW       : the bytes
 *  TEMPLATES : see {@link TemplateEncoding}
 *  SPLIT     : of chunks of version 1, no longer written; see {@link SplitText}
 *          text length | stored length | numbers length | stored length      LEB128 each
 *          | text | numbers | ids (the rest)
 *          a stream whose stored length equals its length is stored as it is, else as a zstd frame
 * </pre>
 *
 * An instance encodes and belongs to one thread.
 */
final class LineColumn {
  static final int RAW = 1;
  static final int PLAIN = 2;
  static final int SPLIT = 3;

  /** See {@link TemplateEncoding}. */
  static final int TEMPLATES = 4;

  private final Zstandard zstd;
  private final TemplateEncoding templates;

  /**
   * @param numbersZstd see {@link Zstandard#forNumbers}
   */
  LineColumn(Zstandard zstd, Zstandard numbersZstd) {
    this.zstd = zstd;
    this.templates = new TemplateEncoding(zstd, numbersZstd);
  }

  /** Encodes the lines {@code raw[offsets[i], offsets[i + 1])} in the shortest of the forms. */
  EncodedColumn encode(byte[] raw, int[] offsets, int size) {
    int from = offsets[0];
    int to = offsets[size];
    int rawLength = to - from;
    boolean apart = templates.encode(raw, offsets, size);
    if (apart && templates.length() < rawLength / 2) {
      return new EncodedColumn(TEMPLATES, templates.toByteArray());
    }
    // Rarely reached: text that holds marker bytes or hardly compresses.
    int packed = zstd.compress(raw, from, rawLength);
    if (apart && templates.length() <= Math.min(packed, rawLength)) {
      return new EncodedColumn(TEMPLATES, templates.toByteArray());
    }
    return packed < rawLength
        ? new EncodedColumn(PLAIN, Arrays.copyOf(zstd.buffer(), packed))
        : new EncodedColumn(RAW, Arrays.copyOfRange(raw, from, to));
  }

  /** Checks what is to be checked without unpacking values. */
  static StoredLines decode(
      Section section,
      DecompressionContexts contexts,
      TemplatePool pool,
      int entries,
      int lineBytes) {
    byte[] bytes = section.bytes();
    return switch (section.encoding()) {
      case RAW -> {
        if (bytes.length != lineBytes) {
          throw section.corrupt("it holds " + bytes.length + " bytes, expected " + lineBytes);
        }
        yield new StoredLines.Plain(bytes);
      }
      case PLAIN ->
          new StoredLines.Plain(contexts.decompress(section, 0, bytes.length, 0, lineBytes, 0));
      case SPLIT -> new StoredLines.Plain(decodeSplit(section, contexts, lineBytes));
      case TEMPLATES ->
          new StoredLines.Parts(TemplateLines.decode(section, contexts, pool, entries, lineBytes));
      default -> throw Packing.unknown(section);
    };
  }

  private static byte[] decodeSplit(
      Section section, DecompressionContexts contexts, int lineBytes) {
    SectionReader in = new SectionReader(section);
    int textLength = in.readVarInt("the length of the text", lineBytes);
    int textStored = in.readLength("the stored length of the text");
    int numbersLength = in.readVarInt("the length of the numbers", maxNumbersLength(lineBytes));
    int numbersStored = in.readLength("the stored length of the numbers");
    int idsLength = in.readVarInt("the length of the ids", lineBytes);
    int idsStored = in.readLength("the stored length of the ids");
    byte[] text = stream(section, contexts, in, textStored, SplitText.LEAD, textLength);
    byte[] numbers = stream(section, contexts, in, numbersStored, 0, numbersLength);
    byte[] ids = exactStream(section, contexts, in, idsStored, idsLength);
    in.expectEnd();
    return new SplitTextDecoder(section, text, numbers, ids, lineBytes).decode();
  }

  /** A number of one digit takes two bytes, and there is the table. */
  private static long maxNumbersLength(int lineBytes) {
    return 2L * lineBytes + 16 * SplitText.COLUMNS;
  }

  private static byte[] exactStream(
      Section section, DecompressionContexts contexts, SectionReader in, int stored, int length) {
    if (stored == length) {
      return in.readBytes(length);
    }
    int from = in.position();
    in.skip(stored);
    return contexts.decompress(section, from, stored, 0, length, 0);
  }

  /** Returns the stream behind {@code lead} zeros and before some slack. */
  private static byte[] stream(
      Section section,
      DecompressionContexts contexts,
      SectionReader in,
      int stored,
      int lead,
      int length) {
    int from = in.position();
    in.skip(stored);
    if (stored != length) {
      return contexts.decompress(section, from, stored, lead, length, SplitTextDecoder.SLACK);
    }
    byte[] result = new byte[lead + length + SplitTextDecoder.SLACK];
    System.arraycopy(section.bytes(), from, result, lead, length);
    return result;
  }
}
