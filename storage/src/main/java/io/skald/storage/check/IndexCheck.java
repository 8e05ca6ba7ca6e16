package io.skald.storage.check;

import io.skald.common.block.StorageException;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.IndexContents;
import io.skald.storage.index.StoppedIndex;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackedChunk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the whole label index of a stopped server and compares it with the packs. */
public final class IndexCheck {
  /** Of one kind of fault; the rest is counted. */
  private static final int MAX_NAMED = 20;

  private final ObjectStore store;
  private final Path localDirectory;

  /**
   * @param localDirectory the server's local database; need not exist
   */
  public IndexCheck(ObjectStore store, Path localDirectory) {
    this.store = store;
    this.localDirectory = localDirectory;
  }

  /** Reads the index alone. */
  public IndexReport inspect() {
    Map<String, List<PackedChunk>> chunks = new HashMap<>();
    Map<String, TenantId> tenants = new HashMap<>();
    Set<ChunkRef> seen = new HashSet<>();
    Map<String, String> damaged = new TreeMap<>();
    try (StoppedIndex index = new StoppedIndex(store, localDirectory)) {
      IndexContents contents =
          index.scan(
              (tenant, chunk) -> {
                ChunkRef ref = chunk.chunk();
                if (seen.add(ref)) {
                  tenants.put(ref.packKey(), tenant);
                  chunks
                      .computeIfAbsent(ref.packKey(), _ -> new ArrayList<>())
                      .add(new PackedChunk(chunk.labels(), chunk.fingerprint(), ref));
                }
              },
              damaged::put);
      return new IndexReport(
          contents, chunks, tenants, damaged.keySet(), List.copyOf(damaged.values()), 0);
    } catch (StorageException e) {
      return new IndexReport(
          null, Map.of(), Map.of(), Set.of(), List.of(String.valueOf(e.getMessage())), 0);
    }
  }

  /**
   * Reads the index and compares it with packs.
   *
   * @param packs all packs in use
   */
  public IndexReport verify(List<PackReport> packs) {
    IndexReport index = inspect();
    if (!index.isWhole()) {
      return index;
    }
    List<String> faults = new ArrayList<>();
    long unknown = 0;
    Set<String> missing = new TreeSet<>(index.chunksByPack().keySet());
    for (PackReport pack : packs) {
      missing.remove(pack.key());
      var packDirectory = pack.directory();
      if (packDirectory == null) {
        continue;
      }
      Set<PackedChunk> inPack = new HashSet<>(packDirectory.chunks());
      List<PackedChunk> known = index.chunksByPack().getOrDefault(pack.key(), List.of());
      long wrong = known.stream().filter(chunk -> !inPack.contains(chunk)).count();
      if (wrong > 0) {
        faults.add(
            "%d of %d chunk references to %s are not what its directory says"
                .formatted(wrong, known.size(), pack.key()));
      }
      unknown += inPack.size() - (known.size() - wrong);
    }
    missing.stream()
        .limit(MAX_NAMED)
        .forEach(key -> faults.add("the pack " + key + " does not exist"));
    if (missing.size() > MAX_NAMED) {
      faults.add("%d further packs do not exist".formatted(missing.size() - MAX_NAMED));
    }
    if (index.chunksByPack().isEmpty() && unknown > 0) {
      faults.add("it is empty, and packs hold %d chunks".formatted(unknown));
    }
    return new IndexReport(
        index.contents(), index.chunksByPack(), index.tenantsByPack(), Set.of(), faults, unknown);
  }
}
