package io.skald.storage.delete;

import io.skald.common.block.StorageException;
import io.skald.common.model.TenantId;
import io.skald.storage.object.ObjectKey;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * The delete requests of all tenants, one object per tenant: {@code <tenant>/deletes/requests}. An
 * object is replaced as a whole, so that a crash leaves the old or the new requests. One process
 * writes them. Thread-safe.
 */
public final class DeleteRequests {
  /** Every query of the tenant has to look at each. */
  public static final int MAX_PER_TENANT = 1000;

  /** Tenants are names that requests bring: those not asked for lately are read again. */
  private static final int MAX_CACHED_TENANTS = 10_000;

  private final ObjectStore store;
  private final LongAdder created = new LongAdder();
  private final LongAdder cancelled = new LongAdder();

  // Guarded by this; the order is that of use.
  private final Map<TenantId, List<DeleteRequest>> cache = new LinkedHashMap<>(16, 0.75f, true);

  public DeleteRequests(ObjectStore store) {
    this.store = store;
  }

  /**
   * Returns the tenant's requests in the order in which they were made. As long as nothing changes
   * this is the same list.
   *
   * @throws StorageException if they cannot be read or are damaged
   */
  public synchronized List<DeleteRequest> of(TenantId tenant) {
    List<DeleteRequest> known = cache.get(tenant);
    if (known == null) {
      known = read(tenant);
      keep(tenant, known);
    }
    return known;
  }

  /**
   * Adds a request; it is durable on return. The oldest ones that are processed make room for it.
   *
   * @return false if there are {@link #MAX_PER_TENANT} already, or one with its id
   * @throws StorageException if that fails; the requests are as before
   */
  public synchronized boolean add(TenantId tenant, DeleteRequest request) {
    List<DeleteRequest> requests = new ArrayList<>(of(tenant));
    if (requests.size() >= MAX_PER_TENANT) {
      requests.stream().filter(DeleteRequest::isProcessed).findFirst().ifPresent(requests::remove);
    }
    boolean known = requests.stream().anyMatch(other -> other.id().equals(request.id()));
    if (known || requests.size() >= MAX_PER_TENANT) {
      return false;
    }
    requests.add(request);
    write(tenant, requests);
    created.increment();
    return true;
  }

  /**
   * Removes a request; that is durable on return.
   *
   * @return false if there is none with this id
   * @throws StorageException if that fails; the requests are as before
   */
  public synchronized boolean remove(TenantId tenant, String id) {
    List<DeleteRequest> requests = new ArrayList<>(of(tenant));
    if (!requests.removeIf(request -> request.id().equals(id))) {
      return false;
    }
    write(tenant, requests);
    cancelled.increment();
    return true;
  }

  /**
   * Takes note of how much of a request has been carried out; durable on return. Nothing happens if
   * there is none with this id.
   *
   * @throws StorageException if that fails; the requests are as before
   */
  public synchronized void progress(TenantId tenant, String id, int percent) {
    List<DeleteRequest> before = of(tenant);
    List<DeleteRequest> after =
        before.stream()
            .map(request -> request.id().equals(id) ? request.at(percent) : request)
            .toList();
    if (!after.equals(before)) {
      write(tenant, after);
    }
  }

  /** Returns how many requests were added since the start. */
  public long created() {
    return created.sum();
  }

  /** Returns how many requests were removed since the start. */
  public long cancelled() {
    return cancelled.sum();
  }

  private List<DeleteRequest> read(TenantId tenant) {
    String key = key(tenant);
    try {
      return DeleteFormat.decode(key, store.read(key, 0, Math.toIntExact(store.size(key))));
    } catch (ObjectNotFoundException _) {
      return List.of();
    }
  }

  private void write(TenantId tenant, List<DeleteRequest> requests) {
    store.put(key(tenant), List.of(ByteBuffer.wrap(DeleteFormat.encode(requests))));
    keep(tenant, List.copyOf(requests));
  }

  private void keep(TenantId tenant, List<DeleteRequest> requests) {
    cache.put(tenant, requests);
    if (cache.size() > MAX_CACHED_TENANTS) {
      cache.remove(cache.keySet().iterator().next());
    }
  }

  private static String key(TenantId tenant) {
    return ObjectKey.ofTenant(tenant) + "/deletes/requests";
  }
}
