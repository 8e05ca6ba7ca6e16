package io.skald.storage.delete;

import io.skald.common.block.StorageException;
import io.skald.common.collect.Latest;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.object.ObjectKey;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The delete requests of all tenants. Each is an object of its own that never changes, {@code
 * <tenant>/deletes/<id>.request}, and how much of it has been carried out is the name of another
 * one, {@code <tenant>/deletes/<id>.<percent>}: so processes that write at the same time take
 * nothing from each other. Thread-safe.
 *
 * <p>Before, the requests of a tenant were one object, {@code <tenant>/deletes/requests}. What
 * stands there counts as well; nothing is added to it.
 */
public final class DeleteRequests {
  /** Every query of the tenant has to look at each. */
  public static final int MAX_PER_TENANT = 1000;

  /** Tenants are names that requests bring: those not asked for lately are read again. */
  private static final int MAX_CACHED_TENANTS = 10_000;

  private static final long NEVER = Long.MAX_VALUE;

  private static final String OLD = "requests";
  private static final String REQUEST = ".request";

  /** An id and a percentage. */
  private static final Pattern PROGRESS = Pattern.compile("(.+)\\.(100|[1-9]?[0-9])");

  private static final Comparator<DeleteRequest> ORDER =
      Comparator.comparingLong(DeleteRequest::createdMillis).thenComparing(DeleteRequest::id);

  private final ObjectStore store;
  private final long refreshNanos;
  private final Clock clock;
  private final LongAdder created = new LongAdder();
  private final LongAdder cancelled = new LongAdder();

  private final Map<TenantId, Known> cache = Latest.used(MAX_CACHED_TENANTS); // guarded by this

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
    Known known = cache.get(tenant);
    List<DeleteRequest> requests = read(tenant, known == null ? List.of() : known.requests);
    List<DeleteRequest> same =
        known != null && known.requests.equals(requests) ? known.requests : requests;
    keep(tenant, same);
    return same;
  }

  /**
   * Adds a request; it is durable on return. The oldest one that is processed makes room for it.
   *
   * @return false if there are {@link #MAX_PER_TENANT} already, or something has its id
   * @throws StorageException if that fails; the request is there or not
   */
  public synchronized boolean add(TenantId tenant, DeleteRequest request) {
    List<DeleteRequest> requests = new ArrayList<>(latest(tenant));
    if (find(requests, request.id()) != null
        || !store.list(folder(tenant) + request.id() + ".").isEmpty()) {
      return false;
    }
    if (requests.size() >= MAX_PER_TENANT) {
      DeleteRequest oldest =
          requests.stream().filter(DeleteRequest::isProcessed).findFirst().orElse(null);
      if (oldest == null) {
        return false;
      }
      delete(tenant, oldest);
      requests.remove(oldest);
    }
    put(tenant, request.id() + REQUEST, List.of(request.at(0)));
    created.increment();
    requests.add(request);
    requests.sort(ORDER);
    keep(tenant, List.copyOf(requests));
    return true;
  }

  /**
   * Removes a request; that is durable on return.
   *
   * @return false if there is none with this id
   * @throws StorageException if that fails; the request is there or not
   */
  public synchronized boolean remove(TenantId tenant, String id) {
    List<DeleteRequest> requests = latest(tenant);
    DeleteRequest request = find(requests, id);
    if (request == null) {
      return false;
    }
    delete(tenant, request);
    cancelled.increment();
    keep(tenant, requests.stream().filter(other -> other != request).toList());
    return true;
  }

  private static @Nullable DeleteRequest find(List<DeleteRequest> requests, String id) {
    return requests.stream().filter(request -> request.id().equals(id)).findAny().orElse(null);
  }

  private void delete(TenantId tenant, DeleteRequest request) {
    List<DeleteRequest> old = old(tenant);
    List<DeleteRequest> others =
        old.stream().filter(other -> !other.id().equals(request.id())).toList();
    if (others.size() < old.size()) {
      if (others.isEmpty()) {
        store.delete(folder(tenant) + OLD);
      } else {
        put(tenant, OLD, others);
      }
    }
    // First what makes it a request: the rest alone says nothing.
    store.delete(folder(tenant) + request.id() + REQUEST);
    store.list(folder(tenant) + request.id() + ".").forEach(store::delete);
  }

  /**
   * Takes note of how much of a request has been carried out; durable on return. Nothing happens if
   * there is none with this id, or as much has been noted.
   *
   * @throws StorageException if that fails; what was noted before stands, or this
   */
  public synchronized void progress(TenantId tenant, String id, int percent) {
    List<DeleteRequest> requests = latest(tenant);
    DeleteRequest request = find(requests, id);
    if (request == null || request.percent() >= percent) {
      return;
    }
    DeleteRequest after = request.at(percent);
    String made = folder(tenant) + id + "." + percent;
    store.put(made, List.of());
    for (String key : store.list(folder(tenant) + id + ".")) {
      if (!key.equals(made) && !key.endsWith(REQUEST)) {
        store.delete(key);
      }
    }
    keep(tenant, requests.stream().map(other -> other == request ? after : other).toList());
  }

  /** Returns how many requests were added since the start. */
  public long created() {
    return created.sum();
  }

  /** Returns how many requests were removed since the start. */
  public long cancelled() {
    return cancelled.sum();
  }

  /**
   * @param before what was read the last time: a request never changes
   */
  private List<DeleteRequest> read(TenantId tenant, List<DeleteRequest> before) {
    Map<String, DeleteRequest> known = new HashMap<>();
    before.forEach(request -> known.put(request.id(), request));
    Map<String, DeleteRequest> requests = new HashMap<>();
    Map<String, Integer> percents = new HashMap<>();
    String folder = folder(tenant);
    for (String key : store.list(folder)) {
      String name = key.substring(folder.length());
      if (name.equals(OLD)) {
        old(tenant).forEach(request -> requests.put(request.id(), request));
      } else if (name.endsWith(REQUEST)) {
        String id = name.substring(0, name.length() - REQUEST.length());
        DeleteRequest request = known.get(id);
        (request == null ? decode(key) : List.of(request.at(0)))
            .forEach(one -> requests.put(one.id(), one));
      } else {
        Matcher noted = PROGRESS.matcher(name);
        if (noted.matches()) {
          percents.merge(noted.group(1), Integer.parseInt(noted.group(2)), Math::max);
        }
      }
    }
    return requests.values().stream()
        .map(request ->
            request.at(Math.max(request.percent(), percents.getOrDefault(request.id(), 0))))
        .sorted(ORDER)
        .toList();
  }

  private List<DeleteRequest> old(TenantId tenant) {
    return decode(folder(tenant) + OLD);
  }

  /** Returns the requests of an object; none if it is gone. */
  private List<DeleteRequest> decode(String key) {
    try {
      return DeleteFormat.decode(key, store.read(key));
    } catch (ObjectNotFoundException _) {
      return List.of();
    }
  }

  private void put(TenantId tenant, String name, List<DeleteRequest> requests) {
    store.put(folder(tenant) + name, List.of(ByteBuffer.wrap(DeleteFormat.encode(requests))));
  }

  private void keep(TenantId tenant, List<DeleteRequest> requests) {
    Known known = cache.get(tenant);
    long change = known != null && known.requests == requests ? known.change : ++changes;
    cache.put(tenant, new Known(requests, clock.monotonicNanos(), change));
  }

  private static String folder(TenantId tenant) {
    return ObjectKey.ofTenant(tenant) + "/deletes/";
  }
}
