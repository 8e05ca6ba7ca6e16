package io.skald.querier.source;

import io.skald.common.block.BlockView;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.delete.DeleteRequest;
import io.skald.storage.delete.DeleteRequests;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Takes entries that are to be deleted out of what a query sees, exact to the nanosecond. Work is
 * done only for blocks that a request's selector and range touch; where a request has no filter, no
 * line is read. Thread-safe.
 */
public final class DeletedEntries {
  private final DeleteRequests requests;
  private final Predicate<TenantId> allowed;

  /** Compiled requests, valid while the requests are the same list. */
  private final Map<TenantId, Compiled> compiled = new ConcurrentHashMap<>();

  private record Compiled(List<DeleteRequest> source, List<EntryDeletion> deletions) {}

  /**
   * @param allowed whether a tenant's requests count
   */
  public DeletedEntries(DeleteRequests requests, Predicate<TenantId> allowed) {
    this.requests = requests;
    this.allowed = allowed;
  }

  /**
   * Returns the blocks of a stream without the entries that are to be deleted, in the same order; a
   * block of which nothing is left is not among them.
   */
  List<BlockView> without(TenantId tenant, Labels stream, List<BlockView> blocks) {
    List<EntryDeletion> deletions =
        deletions(tenant).stream().filter(deletion -> deletion.selects(stream)).toList();
    if (deletions.isEmpty()) {
      return blocks;
    }
    return EntryDeletion.without(deletions, stream, blocks);
  }

  /** Returns the requests that count for what a query sees now. */
  List<DeleteRequest> pending(TenantId tenant) {
    return allowed.test(tenant)
        ? requests.of(tenant).stream().filter(request -> !request.isProcessed()).toList()
        : List.of();
  }

  /** Returns a number that is another one once a query may have seen other requests meanwhile. */
  long change(TenantId tenant) {
    return requests.change(tenant);
  }

  private List<EntryDeletion> deletions(TenantId tenant) {
    List<DeleteRequest> current = allowed.test(tenant) ? requests.of(tenant) : List.of();
    if (current.isEmpty()) {
      compiled.remove(tenant);
      return List.of();
    }
    Compiled known = compiled.get(tenant);
    if (known == null || known.source != current) {
      known =
          new Compiled(
              current,
              current.stream()
                  .filter(request -> !request.isProcessed())
                  .map(EntryDeletion::of)
                  .toList());
      compiled.put(tenant, known);
    }
    return known.deletions;
  }
}
