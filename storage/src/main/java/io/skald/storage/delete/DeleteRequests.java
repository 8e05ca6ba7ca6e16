package io.skald.storage.delete;

import io.skald.common.block.StorageException;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.object.ObjectKey;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * The delete requests of all tenants, one object per tenant: {@code <tenant>/deletes/requests}. An
 * object is replaced as a whole, so that a crash leaves the old or the new requests. One process at
 * a time writes them. Thread-safe.
 */
public final class DeleteRequests {
  /** Every query of the tenant has to look at each. */
  public static final int MAX_PER_TENANT = 1000;

  /** Tenants are names that requests bring: those not asked for lately are read again. */
  private static final int MAX_CACHED_TENANTS = 10_000;

  private static final long NEVER = Long.MAX_VALUE;

  private final ObjectStore store;
  private final long refreshNanos;
  private final Clock clock;
  private final LongAdder created = new LongAdder();
  private final LongAdder cancelled = new LongAdder();

  // Guarded by this; the order is that of use.
  private final Map<TenantId, Known> cache = new LinkedHashMap<>(16, 0.75f, true);

  private long changes; // guarded by this

  private record Known(List<DeleteRequest> requests, long readNanos, long change) {}

  /** Requests that no other process writes. */
  public DeleteRequests(ObjectStore store, Clock clock) {
    this(store, NEVER, clock);
  }

  /**
   * Requests that other processes write, too.
   *
   * @param refresh after this time they are read again
   */
  public DeleteRequests(ObjectStore store, Duration refresh, Clock clock) {
    this(store, refresh.toNanos(), clock);
  }

  private DeleteRequests(ObjectStore store, long refreshNanos, Clock clock) {
    this.store = store;
    this.refreshNanos = refreshNanos;
    this.clock = clock;
  }

  /**
   * Returns the tenant's requests in the order in which they were made. As long as nothing changes
   * this is the same list.
   *
   * @throws StorageException if they cannot be read or are damaged
   */
  public synchronized List<DeleteRequest> of(TenantId tenant) {
    Known known = cache.get(tenant);
    return known != null && clock.monotonicNanos() - known.readNanos < refreshNanos
        ? known.requests
        : readAgain(tenant);
  }

  /**
   * Returns a number that is another one whenever {@link #of} has returned other requests in
   * between, also if these are gone again.
   *
   * @throws StorageException as {@link #of}
   */
  public synchronized long change(TenantId tenant) {
    of(tenant);
    Known known = cache.get(tenant);
    return known == null ? ++changes : known.change;
  }

  /** Returns what is to be changed: as others have left it, if there are any. */
  private List<DeleteRequest> latest(TenantId tenant) {
    return refreshNanos == NEVER ? of(tenant) : readAgain(tenant);
  }

  private List<DeleteRequest> readAgain(TenantId tenant) {
    List<DeleteRequest> requests = read(tenant);
    Known known = cache.get(tenant);
    List<DeleteRequest> same =
        known != null && known.requests.equals(requests) ? known.requests : requests;
    keep(tenant, same);
    return same;
  }

  /**
   * Adds a request; it is durable on return. The oldest ones that are processed make room for it.
   *
   * @return false if there are {@link #MAX_PER_TENANT} already, or one with its id
   * @throws StorageException if that fails; the requests are as before
   */
  public synchronized boolean add(TenantId tenant, DeleteRequest request) {
    List<DeleteRequest> requests = new ArrayList<>(latest(tenant));
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
    List<DeleteRequest> requests = new ArrayList<>(latest(tenant));
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
    List<DeleteRequest> before = latest(tenant);
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
    Known known = cache.get(tenant);
    long change = known != null && known.requests == requests ? known.change : ++changes;
    cache.put(tenant, new Known(requests, clock.monotonicNanos(), change));
    if (cache.size() > MAX_CACHED_TENANTS) {
      cache.remove(cache.keySet().iterator().next());
    }
  }

  private static String key(TenantId tenant) {
    return ObjectKey.ofTenant(tenant) + "/deletes/requests";
  }
}
