package io.skald.storage.check;

import io.skald.storage.chunk.ChunkCheck;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackReader;
import io.skald.storage.pack.PackedChunk;
import io.skald.storage.pattern.PatternReader;
import java.util.ArrayList;
import java.util.List;

/** Looks into packs. */
public final class PackCheck {
  private final ObjectStore store;
  private final ColumnDecoder decoder;
  private final PackReader packs;

  /**
   * @param decoder stays open
   */
  public PackCheck(ObjectStore store, ColumnDecoder decoder) {
    this.store = store;
    this.decoder = decoder;
    this.packs = new PackReader(store);
  }

  /** Returns the keys of all packs that are in use, sorted. */
  public List<String> keys() {
    return PackKeys.list(store);
  }

  /** Reads the directory of a pack only. */
  public PackReport inspect(String key) {
    long bytes = store.size(key);
    try {
      return new PackReport(key, bytes, packs.directory(key), List.of());
    } catch (CorruptChunkException e) {
      return new PackReport(key, bytes, null, List.of(String.valueOf(e.getMessage())));
    }
  }

  /** Reads all of a pack: every checksum, every column, the patterns. */
  public PackReport verify(String key) {
    PackReport report = inspect(key);
    PackReader.Directory directory = report.directory();
    if (directory == null) {
      return report;
    }
    List<String> faults = new ArrayList<>();
    long end = -1;
    long linesEnd = -1;
    for (PackedChunk chunk : directory.chunks()) {
      ChunkRef ref = chunk.ref();
      if (end >= 0 && ref.offset() != end) {
        faults.add(gap(key, ref.offset()));
      }
      end = ref.mainEnd();
      if (ref.linesLength() > 0) {
        if (linesEnd >= 0 && ref.linesOffset() != linesEnd) {
          faults.add(gap(key, ref.linesOffset()));
        }
        linesEnd = ref.linesEnd();
      }
      faults.addAll(ChunkCheck.read(ref, read(ref), decoder).faults());
    }
    try {
      PatternReader patterns = new PatternReader(store, decoder, 1);
      directory.chunks().forEach(chunk -> patterns.patterns(chunk.ref()));
    } catch (CorruptChunkException e) {
      faults.add(String.valueOf(e.getMessage()));
    }
    return new PackReport(key, report.bytes(), directory, faults);
  }

  private static String gap(String key, long offset) {
    return "%s: a gap or overlap before offset %d".formatted(key, offset);
  }

  private byte[] read(ChunkRef ref) {
    return ChunkCheck.bytes(ref, (offset, length) -> store.read(ref.packKey(), offset, length));
  }

  /**
   * Reads what can still be read of chunks.
   *
   * @param chunks from the pack's directory or, without one, from the index
   */
  SalvagedPack salvage(String key, List<PackedChunk> chunks) {
    SalvagedPack.Builder salvaged = new SalvagedPack.Builder();
    long size = store.size(key);
    for (PackedChunk chunk : chunks) {
      ChunkRef ref = chunk.ref();
      if (Math.max(ref.mainEnd(), ref.linesEnd()) > size) {
        salvaged.lost(chunk, ref.entries(), "the object ends before it");
      } else {
        salvaged.add(chunk, ChunkCheck.read(ref, read(ref), decoder));
      }
    }
    return salvaged.build();
  }
}
