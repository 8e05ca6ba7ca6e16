package io.skald.storage.compact;

import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.IndexFileName;
import io.skald.storage.index.IndexManifest;
import io.skald.storage.index.IndexMerge;
import io.skald.storage.index.IndexedChunk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the index of a tenant lists at the start of a run, in memory: some hundred bytes for each
 * chunk.
 *
 * @param days the files of each day that may be merged
 * @param packs the chunks of packs that may be rewritten, by pack
 * @param young chunks of files that are too young to be merged
 * @param busy packs that these files refer to
 */
record TenantChunks(
    Map<Integer, List<IndexFileName>> days,
    Map<String, List<IndexedChunk>> packs,
    List<IndexedChunk> young,
    Set<String> busy) {
  /**
   * Reads the index.
   *
   * @param listed keys of the tenant's objects of the index
   * @param oldEnoughMillis files written later are too young
   */
  static TenantChunks read(
      TenantId tenant,
      IndexManifest manifest,
      List<String> listed,
      long oldEnoughMillis,
      IndexMerge merge) {
    Map<Integer, List<IndexFileName>> days = new TreeMap<>();
    Map<Integer, List<IndexFileName>> youngDays = new TreeMap<>();
    for (IndexFileName name : manifest.inForce(listed)) {
      boolean isOld = name.merged() || name.writtenMillis() <= oldEnoughMillis;
      (isOld ? days : youngDays).computeIfAbsent(name.day(), _ -> new ArrayList<>()).add(name);
    }
    List<IndexedChunk> young = new ArrayList<>();
    youngDays.forEach((day, files) -> merge.eachChunk(tenant, day, files, young::add));
    Set<String> busy = new HashSet<>();
    young.forEach(chunk -> busy.add(chunk.chunk().packKey()));
    Map<ChunkRef, IndexedChunk> chunks = new LinkedHashMap<>();
    days.forEach((day, files) ->
        merge.eachChunk(tenant, day, files, chunk -> chunks.putIfAbsent(chunk.chunk(), chunk)));
    Map<String, List<IndexedChunk>> packs = new HashMap<>();
    chunks
        .values()
        .forEach(chunk ->
            packs.computeIfAbsent(chunk.chunk().packKey(), _ -> new ArrayList<>()).add(chunk));
    return new TenantChunks(days, packs, young, busy);
  }
}
