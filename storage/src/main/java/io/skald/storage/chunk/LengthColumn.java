package io.skald.storage.chunk;

/**
 * The line lengths of a block: {@code least LEB128 | planes u8 | planes of (length - least)},
 * packed. See {@link BytePlanes} and {@link Packing}.
 */
final class LengthColumn {
  private static final int MAX_PLANES = 4;

  private final Zstandard zstd;
  private final SectionWriter out = new SectionWriter();

  LengthColumn(Zstandard zstd) {
    this.zstd = zstd;
  }

  EncodedColumn encode(int[] offsets, int size) {
    int[] lengths = new int[size];
    int least = Integer.MAX_VALUE;
    int most = 0;
    for (int i = 0; i < size; i++) {
      lengths[i] = offsets[i + 1] - offsets[i];
      least = Math.min(least, lengths[i]);
      most = Math.max(most, lengths[i]);
    }
    for (int i = 0; i < size; i++) {
      lengths[i] -= least;
    }
    int planes = BytePlanes.count(most - least);
    out.clear().writeVarLong(least).writeByte(planes);
    BytePlanes.write(out, lengths, size, planes);
    return Packing.pack(out.toByteArray(), out.size(), zstd);
  }

  /** Returns {@code size + 1} offsets, from 0 to {@code lineBytes}. */
  static int[] decode(Section section, DecompressionContexts contexts, int size, int lineBytes) {
    byte[] bytes = Packing.unpack(section, contexts, (long) MAX_PLANES * size + 16);
    SectionReader in = new SectionReader(section, bytes);
    int least = in.readVarInt("the least length", lineBytes);
    int planes = in.readByte();
    if (planes > MAX_PLANES || in.remaining() != (long) planes * size) {
      throw section.corrupt(
          "it holds " + in.remaining() + " bytes for " + planes + " planes of " + size);
    }
    int[] lengths = new int[size];
    BytePlanes.addTo(lengths, bytes, in.position(), planes);
    int[] offsets = new int[size + 1];
    long at = 0;
    for (int i = 0; i < size; i++) {
      at += (long) least + lengths[i];
      if (lengths[i] < 0 || at > lineBytes) {
        throw section.corrupt("the lengths add up to more than " + lineBytes);
      }
      offsets[i + 1] = (int) at;
    }
    if (at != lineBytes) {
      throw section.corrupt("the lengths add up to " + at + ", expected " + lineBytes);
    }
    return offsets;
  }
}
