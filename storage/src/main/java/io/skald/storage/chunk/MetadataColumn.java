package io.skald.storage.chunk;

import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The structured metadata of a block: the distinct sets, and for each entry the id of its set. Absent
 * if every entry has the empty set; else packed (see {@link Packing}):
 *
 * <pre>
 *  symbols LEB128 | per symbol: length LEB128, UTF-8
 *  | sets LEB128 | per set (ids from 1): pairs LEB128, per pair: name LEB128, value LEB128
 *  | planes u8 | planes of the entries' ids
 * </pre>
 */
final class MetadataColumn {
  private static final int MAX_PLANES = 3;

  private final Zstandard zstd;
  private final SectionWriter out = new SectionWriter();

  MetadataColumn(Zstandard zstd) {
    this.zstd = zstd;
  }

  EncodedColumn encode(int[] ids, MetadataTable table, int size) {
    // The table may hold sets that only other blocks use: number those of this block anew.
    int[] newIds = new int[table.size()];
    int[] oldIds = new int[Math.min(table.size(), size + 1)];
    int[] entries = new int[size];
    int sets = 0;
    for (int i = 0; i < size; i++) {
      int id = ids[i];
      if (id != 0 && newIds[id] == 0) {
        newIds[id] = ++sets;
        oldIds[sets] = id;
      }
      entries[i] = newIds[id];
    }
    if (sets == 0) {
      return EncodedColumn.ABSENT;
    }
    writeSets(table, oldIds, sets);
    int planes = BytePlanes.count(sets);
    out.writeByte(planes);
    BytePlanes.write(out, entries, size, planes);
    if (out.size() > BlockLayout.MAX_METADATA_BYTES) {
      throw new IllegalArgumentException(
          "a block has at most %d bytes of structured metadata: %d"
              .formatted(BlockLayout.MAX_METADATA_BYTES, out.size()));
    }
    return Packing.pack(out.toByteArray(), out.size(), zstd);
  }

  private void writeSets(MetadataTable table, int[] oldIds, int sets) {
    Map<String, Integer> symbols = new LinkedHashMap<>();
    SectionWriter setsOut = new SectionWriter();
    for (int id = 1; id <= sets; id++) {
      Labels set = table.get(oldIds[id]);
      setsOut.writeVarLong(set.size());
      for (int i = 0; i < set.size(); i++) {
        setsOut.writeVarLong(symbol(symbols, set.name(i)));
        setsOut.writeVarLong(symbol(symbols, set.value(i)));
      }
    }
    out.clear().writeVarLong(symbols.size());
    symbols.keySet().forEach(out::writeString);
    out.writeVarLong(sets).writeBytes(setsOut.toByteArray(), 0, setsOut.size());
  }

  private static int symbol(Map<String, Integer> symbols, String text) {
    Integer known = symbols.putIfAbsent(text, symbols.size());
    return known == null ? symbols.size() - 1 : known;
  }

  static ColumnDecoder.Metadata decode(
      Section section, DecompressionContexts contexts, int size) {
    MetadataTable table = new MetadataTable();
    int[] ids = new int[size];
    if (section.encoding() == EncodedColumn.ABSENT_ENCODING) {
      if (section.bytes().length != 0) {
        throw section.corrupt("it should be empty");
      }
      return new ColumnDecoder.Metadata(ids, table);
    }
    byte[] bytes = Packing.unpack(section, contexts, BlockLayout.MAX_METADATA_BYTES);
    SectionReader in = new SectionReader(section, bytes);
    readSets(section, in, table);
    int planes = in.readByte();
    if (planes > MAX_PLANES || in.remaining() != (long) planes * size) {
      throw section.corrupt(
          "it holds " + in.remaining() + " bytes for " + planes + " planes of " + size);
    }
    BytePlanes.addTo(ids, bytes, in.position(), planes);
    if (Arrays.stream(ids).max().orElse(0) >= table.size()) {
      throw section.corrupt("an entry refers to a set that is not there");
    }
    return new ColumnDecoder.Metadata(ids, table);
  }

  private static void readSets(Section section, SectionReader in, MetadataTable table) {
    String[] symbols = new String[in.readVarInt("the number of symbols", in.remaining())];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = in.readString("the length of a symbol");
    }
    int sets = in.readVarInt("the number of sets", in.remaining());
    for (int id = 1; id <= sets; id++) {
      int pairs = in.readVarInt("the number of pairs", in.remaining());
      Labels.Builder set = Labels.builder();
      for (int i = 0; i < pairs; i++) {
        int name = in.readVarInt("a symbol", symbols.length - 1L);
        int value = in.readVarInt("a symbol", symbols.length - 1L);
        set.set(symbols[name], symbols[value]);
      }
      Labels labels = set.build();
      if (labels.size() != pairs || table.intern(labels) != id) {
        throw section.corrupt("set " + id + " repeats a name, or another set");
      }
    }
  }
}
