package io.skald.storage.check;

import io.skald.common.model.TenantId;
import io.skald.storage.index.IndexContents;
import io.skald.storage.pack.PackedChunk;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the index holds and what is wrong with it.
 *
 * @param contents null if it cannot be read
 * @param chunksByPack every chunk it knows, once, by the pack that holds it
 * @param tenantsByPack whose these packs are
 * @param damagedObjects keys of objects of the index that cannot be used
 * @param faults why it must be rebuilt; empty if it need not be
 * @param unknownChunks chunks in packs that it does not know: left by a crash between pack and
 *     index, or by an index that was lost
 */
public record IndexReport(
    @Nullable IndexContents contents,
    Map<String, List<PackedChunk>> chunksByPack,
    Map<String, TenantId> tenantsByPack,
    Set<String> damagedObjects,
    List<String> faults,
    long unknownChunks) {
  /** Says nothing. */
  public static final IndexReport NONE = new IndexReport(null, Map.of(), Map.of(), Set.of(), List.of(), 0);

  public IndexReport {
    chunksByPack = Map.copyOf(chunksByPack);
    tenantsByPack = Map.copyOf(tenantsByPack);
    damagedObjects = Set.copyOf(damagedObjects);
    faults = List.copyOf(faults);
  }

  public boolean isWhole() {
    return faults.isEmpty();
  }
}
