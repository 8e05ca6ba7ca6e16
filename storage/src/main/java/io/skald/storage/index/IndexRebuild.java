package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.Section;
import io.skald.storage.index.IndexManifest.Retired;
import io.skald.storage.object.ObjectKey;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Writes the index of all tenants anew. New files come beside the old ones; at the end one write of
 * a tenant's manifest replaces the old ones by them. A crash before leaves both, which queries show
 * once, and another run replaces the files of this one too. What is replaced is deleted by the
 * compactor, as always.
 */
public final class IndexRebuild {
  private static final String WRITER = "repair";

  /** Chunks that are collected for one set of files. */
  private static final int MAX_CHUNKS = 50_000;

  private final ObjectStore store;
  private final IndexFileWriter writer;
  private final Clock clock;
  private final RandomGenerator random;
  private final Map<TenantId, IndexManifest> old = new HashMap<>();
  private final Map<TenantId, Set<String>> replaced = new HashMap<>();
  private final Map<TenantId, List<IndexedChunk>> collected = new HashMap<>();
  private final Set<String> retiredPacks = new HashSet<>();
  private long chunks;

  /**
   * Looks at what there is.
   *
   * @param work for files in the making
   */
  public IndexRebuild(ObjectStore store, Path work, Clock clock, RandomGenerator random) {
    this.store = store;
    this.writer = new IndexFileWriter(work);
    this.clock = clock;
    this.random = random;
    for (TenantId tenant : StoppedIndex.tenants(store)) {
      IndexManifest manifest = readManifest(tenant);
      old.put(tenant, manifest);
      Set<String> files = new LinkedHashSet<>(store.list(IndexFileName.newFiles(tenant)));
      manifest.files().forEach(file -> files.add(file.key()));
      manifest.replaced().forEach(each -> files.add(each.key()));
      replaced.put(tenant, files);
      manifest.packs().forEach(pack -> retiredPacks.add(pack.key()));
    }
  }

  /** A damaged one counts as none, but whoever knew a later generation must not go on from that. */
  private IndexManifest readManifest(TenantId tenant) {
    try {
      return IndexManifest.read(store, tenant);
    } catch (StorageException _) {
      return new IndexManifest(clock.nowMillis(), 0, List.of(), List.of(), List.of());
    }
  }

  /** Returns whether a pack has been replaced by others and must not be added. */
  public boolean isRetired(String packKey) {
    return retiredPacks.contains(packKey);
  }

  /** Adds chunks of a tenant. */
  public void add(TenantId tenant, List<IndexedChunk> added) {
    List<IndexedChunk> all = collected.computeIfAbsent(tenant, _ -> new ArrayList<>());
    all.addAll(added);
    chunks += added.size();
    if (all.size() >= MAX_CHUNKS) {
      write(tenant, all);
      all.clear();
    }
  }

  private void write(TenantId tenant, List<IndexedChunk> all) {
    ShippingIndex.byDay(tenant, all).forEach((day, keys) -> {
      byte[] bytes = writer.write(keys);
      IndexFileName name =
          IndexFileName.of(
              tenant,
              false,
              day,
              clock.nowMillis(),
              random.nextLong(),
              WRITER,
              bytes.length,
              Section.crc(bytes, 0, bytes.length));
      store.put(name.key(), List.of(ByteBuffer.wrap(bytes)));
    });
  }

  /**
   * Puts the new files in force.
   *
   * @param damagedPacks packs that nothing refers to any more
   * @return how many chunks they list
   */
  public long finish(List<String> damagedPacks) {
    collected.forEach(this::write);
    long now = clock.nowMillis();
    replaced.forEach((tenant, files) -> {
      IndexManifest before = old.getOrDefault(tenant, IndexManifest.NONE);
      List<Retired> packs = new ArrayList<>(before.packs());
      damagedPacks.stream()
          .filter(pack -> pack.startsWith(ObjectKey.ofTenant(tenant) + "/packs/"))
          .forEach(pack -> packs.add(new Retired(pack, now)));
      new IndexManifest(
              before.generation() + 1,
              now,
              List.of(),
              files.stream().map(file -> new Retired(file, now)).toList(),
              packs)
          .write(store, tenant);
    });
    return chunks;
  }
}
