package io.skald.storage.index;

import io.skald.common.model.TenantId;
import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.chunk.Section;
import io.skald.storage.chunk.SectionReader;
import io.skald.storage.chunk.SectionWriter;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which files the index of a tenant is made of, beside those that ingesters wrote and that it does
 * not know. It is one object, {@code _index/<tenant>/manifest}, that the compactor replaces as a
 * whole: that one write lets every reader step from the old files and packs to the new ones.
 *
 * <pre>
 *  manifest := magic "SKIM" | version u8 (1) | generation u64 | written i64 (milliseconds)
 *            | count LEB128 | key string * count                         merged files in force
 *            | count LEB128 | (key string | retired i64) * count         files that they replace
 *            | count LEB128 | (key string | retired i64) * count         packs nothing refers to
 *            | crc32c u32 of everything before
 * </pre>
 *
 * @param generation one more than that of the manifest before; 0 if there is none
 * @param files merged files in force
 * @param replaced keys of index files, merged or not, whose content is in {@code files} or gone
 * @param packs keys of packs that no file in force refers to
 */
public record IndexManifest(
    long generation,
    long writtenMillis,
    List<IndexFileName> files,
    List<Retired> replaced,
    List<Retired> packs) {
  /** What a tenant has before the compactor was there. */
  public static final IndexManifest NONE = new IndexManifest(0, 0, List.of(), List.of(), List.of());

  private static final int VERSION = 1;
  private static final int MAGIC = 'S' | 'K' << 8 | 'I' << 16 | 'M' << 24;
  private static final int MIN_LENGTH = 28;

  /**
   * An object that is not read any more.
   *
   * @param retiredMillis since when, since 1970
   */
  public record Retired(String key, long retiredMillis) {}

  public IndexManifest {
    files = List.copyOf(files);
    replaced = List.copyOf(replaced);
    packs = List.copyOf(packs);
  }

  /** Returns the key of a tenant's manifest. */
  public static String key(TenantId tenant) {
    return IndexFileName.prefix(tenant) + "manifest";
  }

  /**
   * Reads the manifest of a tenant; {@link #NONE} if there is none.
   *
   * @throws CorruptChunkException if it is damaged or has an unknown version
   */
  public static IndexManifest read(ObjectStore store, TenantId tenant) {
    String key = key(tenant);
    try {
      return decode(key, store.read(key));
    } catch (ObjectNotFoundException _) {
      return NONE;
    }
  }

  /**
   * Returns the files that the tenant's index is made of, those of the manifest first.
   *
   * @param listed keys of the tenant's objects, listed before the manifest was read: what it
   *     replaces may be missing then, but no file is missing in both
   * @throws io.skald.common.block.StorageException if a file has an unknown version
   */
  public Set<IndexFileName> inForce(Collection<String> listed) {
    Set<String> gone = new HashSet<>();
    replaced.forEach(each -> gone.add(each.key()));
    Set<IndexFileName> all = new LinkedHashSet<>(files);
    for (String key : listed) {
      IndexFileName.parse(key)
          .filter(name -> !name.merged() && !gone.contains(key))
          .ifPresent(all::add);
    }
    return all;
  }

  /** Replaces the manifest of a tenant; durable on return. */
  public void write(ObjectStore store, TenantId tenant) {
    store.put(key(tenant), List.of(ByteBuffer.wrap(encode())));
  }

  byte[] encode() {
    SectionWriter out = new SectionWriter().writeInt(MAGIC).writeByte(VERSION);
    out.writeLong(generation).writeLong(writtenMillis).writeVarLong(files.size());
    files.forEach(file -> out.writeString(file.key()));
    write(out, replaced);
    write(out, packs);
    return out.writeCrc().toByteArray();
  }

  private static void write(SectionWriter out, List<Retired> retired) {
    out.writeVarLong(retired.size());
    retired.forEach(each -> out.writeString(each.key()).writeLong(each.retiredMillis()));
  }

  static IndexManifest decode(String key, byte[] bytes) {
    Section section = new Section(key, "index manifest", 0, 0, bytes);
    SectionReader in = new SectionReader(section);
    if (bytes.length < MIN_LENGTH || in.readInt() != MAGIC) {
      throw section.corrupt("it does not start with SKIM");
    }
    int checked = bytes.length - Integer.BYTES;
    int expectedCrc = new SectionReader(section).skipTo(checked).readInt();
    int actualCrc = Section.crc(bytes, 0, checked);
    if (actualCrc != expectedCrc) {
      throw section.corrupt("CRC32C is %08x, expected %08x".formatted(actualCrc, expectedCrc));
    }
    int version = in.readByte();
    if (version != VERSION) {
      throw section.corrupt(
          "format version " + version + " is unknown; this reader knows version " + VERSION);
    }
    long generation = in.readLong();
    long written = in.readLong();
    List<IndexFileName> files = new ArrayList<>();
    int count = in.readVarInt("the number of files", in.remaining());
    for (int i = 0; i < count; i++) {
      String name = in.readString("the length of a key");
      files.add(
          IndexFileName.parse(name)
              .orElseThrow(() -> section.corrupt("it names no index file: " + name)));
    }
    IndexManifest manifest =
        new IndexManifest(generation, written, files, readRetired(in), readRetired(in));
    in.skip(Integer.BYTES);
    in.expectEnd();
    return manifest;
  }

  private static List<Retired> readRetired(SectionReader in) {
    int count = in.readVarInt("the number of retired objects", in.remaining());
    List<Retired> retired = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      retired.add(new Retired(in.readString("the length of a key"), in.readLong()));
    }
    return retired;
  }
}
