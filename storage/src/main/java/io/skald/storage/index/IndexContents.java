package io.skald.storage.index;

import io.skald.common.model.TenantId;
import java.util.Set;

/**
 * What an index holds, counted.
 *
 * @param tenants whose
 * @param days UTC days that it knows, without the wide one
 * @param series streams, counted in every day that they are listed in
 * @param postings pairs of a label and a stream, likewise
 * @param chunks chunk references, likewise
 */
public record IndexContents(
    Set<TenantId> tenants, int days, long series, long postings, long chunks) {
  public IndexContents {
    tenants = Set.copyOf(tenants);
  }

  /** Takes the chunks of an index. */
  @FunctionalInterface
  public interface Visitor {
    void chunk(TenantId tenant, IndexedChunk chunk);
  }
}
