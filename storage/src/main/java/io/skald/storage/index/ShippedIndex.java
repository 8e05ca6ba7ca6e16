package io.skald.storage.index;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.skald.common.block.StorageException;
import io.skald.common.measure.CacheStatistics;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The index as it lies in the object store: answers from nothing else. A tenant's files are listed
 * when it is asked for, and again when the list is older than a given time; the files themselves
 * come from a cache on the local disk. Thread-safe.
 *
 * <p>What counts for a tenant is one immutable view: the merged files that the manifest names, and
 * all files of ingesters that the manifest does not replace. A question uses one view to its end,
 * so a compaction in between changes nothing for it.
 */
public final class ShippedIndex implements StreamIndex {
  /** Tenants are names that requests bring: those not asked for lately are listed again. */
  private static final int MAX_TENANTS = 10_000;

  /** No list is so old that it lacks what was sent this long ago. */
  private static final Duration LISTED_AFTER = Duration.ofHours(1);

  /** Readers elsewhere list again much sooner than this. */
  private static final Duration RECENT = Duration.ofMinutes(5);

  private static final long NOT_SENT = Long.MAX_VALUE;

  /** Of days that are kept decoded. */
  private static final long IMAGE_BYTES = 16 << 20;

  /** Days of more are looked up in their files; decoded they would take some eight times this. */
  private static final long MAX_IMAGE_FILE_BYTES = 512 << 10;

  private final ObjectStore store;
  private final IndexFileCache files;
  private final long refreshNanos;

  /** Lists of files from before this are not used any more; null if there was no reason for it. */
  private volatile @Nullable Long expiredNanos;

  private final long maxImageFileBytes;
  private final Clock clock;
  private final IndexSearch search = new IndexSearch(this::eachDay);

  /** By the files that they were read from. */
  private final Cache<List<IndexFileName>, DayImage> images =
      Caffeine.newBuilder()
          .maximumWeight(IMAGE_BYTES)
          .weigher((List<IndexFileName> _, DayImage image) -> image.bytes())
          .executor(Runnable::run)
          .recordStats()
          .build();

  // Guarded by this; the order is that of use.
  private final Map<TenantId, State> tenants = new LinkedHashMap<>(16, 0.75f, true);

  /** What is known of a tenant. */
  private static final class State {
    /**
     * Files of this process that lists may not know yet, and when they were sent. Guarded by this.
     */
    final Map<IndexFileName, Long> own = new HashMap<>();

    /**
     * Files that were sent since this process looks at the tenant's, by any, until lists of others
     * show them. Times of this process tell that, as clocks of those who named them may be wrong.
     * Guarded by this.
     */
    final Map<IndexFileName, Long> toldUntilNanos = new HashMap<>();

    /** Replaced under the lock of this. */
    volatile @Nullable View view;
  }

  /** Files by day, each day's in the order of their names, and when they were listed. */
  private record View(
      TreeMap<Integer, List<IndexFileName>> days, Set<IndexFileName> all, long listedNanos) {
    static View of(Set<IndexFileName> files, long listedNanos) {
      TreeMap<Integer, List<IndexFileName>> days = new TreeMap<>();
      files.stream()
          .sorted(Comparator.comparing(IndexFileName::file))
          .forEach(file -> days.computeIfAbsent(file.day(), _ -> new ArrayList<>()).add(file));
      return new View(days, Set.copyOf(files), listedNanos);
    }
  }

  /**
   * @param files shared; stays open
   * @param refresh after this time a list of files is too old
   */
  public ShippedIndex(ObjectStore store, IndexFileCache files, Duration refresh, Clock clock) {
    this(store, files, refresh, MAX_IMAGE_FILE_BYTES, clock);
  }

  /**
   * @param maxImageFileBytes days whose files have no more than this are kept decoded
   */
  ShippedIndex(
      ObjectStore store,
      IndexFileCache files,
      Duration refresh,
      long maxImageFileBytes,
      Clock clock) {
    this.maxImageFileBytes = maxImageFileBytes;
    this.store = store;
    this.files = files;
    this.refreshNanos = refresh.toNanos();
    this.clock = clock;
  }

  /** Makes a file known that this process has written; its bytes are kept in the cache. */
  void add(IndexFileName name, byte[] bytes) {
    files.add(name, bytes);
    State state = state(name.tenant());
    synchronized (state) {
      state.own.put(name, NOT_SENT);
      View view = state.view;
      if (view != null) {
        Set<IndexFileName> all = new HashSet<>(view.all);
        all.add(name);
        state.view = View.of(all, view.listedNanos);
      }
    }
  }

  /** Takes note that a file of this process is in the object store now. */
  void sent(IndexFileName name) {
    State state = state(name.tenant());
    synchronized (state) {
      long now = clock.monotonicNanos();
      state.own.values().removeIf(sentNanos -> isListed(sentNanos, now));
      state.own.computeIfPresent(name, (_, _) -> now);
      state.toldUntilNanos.values().removeIf(until -> until - now <= 0);
      state.toldUntilNanos.put(name, now + RECENT.toNanos());
    }
  }

  /**
   * Returns the part that others may not have listed yet: what this process could not send, and
   * what any has sent in the last minutes. What has been replaced is in it until others have listed
   * what it was replaced by, too: it may have been soon, where a clock is wrong.
   */
  StreamIndex recent() {
    return new IndexSearch(this::eachRecentDay);
  }

  /** Returns what the cache of decoded days has done. */
  public CacheStatistics decodedDays() {
    return CacheStatistics.of(images, IMAGE_BYTES);
  }

  /**
   * Has every tenant's files listed again before the next answer: a process that told of what it
   * had written lately is gone.
   */
  public void expire() {
    expiredNanos = clock.monotonicNanos();
  }

  /** Looks at the tenant's manifest and files now. */
  public void refresh(TenantId tenant) {
    load(tenant, state(tenant));
  }

  private synchronized State state(TenantId tenant) {
    State state = tenants.computeIfAbsent(tenant, _ -> new State());
    if (tenants.size() > MAX_TENANTS) {
      forgetOne();
    }
    return state;
  }

  private void forgetOne() {
    for (Iterator<State> eldest = tenants.values().iterator(); eldest.hasNext(); ) {
      State state = eldest.next();
      synchronized (state) {
        if (state.own.isEmpty()) {
          eldest.remove();
          return;
        }
      }
    }
  }

  private View view(TenantId tenant) {
    State state = state(tenant);
    View view = state.view;
    return isFresh(view) ? Objects.requireNonNull(view) : load(tenant, state);
  }

  private boolean isFresh(@Nullable View view) {
    Long expired = expiredNanos;
    return view != null
        && clock.monotonicNanos() - view.listedNanos < refreshNanos
        && (expired == null || view.listedNanos - expired > 0);
  }

  private View load(TenantId tenant, State state) {
    long asked = clock.monotonicNanos();
    synchronized (state) {
      View known = state.view;
      if (known != null && known.listedNanos > asked) {
        return known; // listed by another thread while this one waited
      }
      long started = clock.monotonicNanos();
      // The manifest last: a file that it replaces may be gone from the list, but not from both.
      List<String> listed = store.list(IndexFileName.newFiles(tenant));
      IndexManifest manifest = IndexManifest.read(store, tenant);
      Set<IndexFileName> all = manifest.inForce(listed);
      Set<String> replaced = new HashSet<>();
      manifest.replaced().forEach(each -> replaced.add(each.key()));
      state
          .own
          .entrySet()
          .removeIf(
              own -> replaced.contains(own.getKey().key()) || isListed(own.getValue(), started));
      all.addAll(state.own.keySet());
      View view = View.of(all, started);
      state.view = view;
      if (known != null) {
        tell(state, known, view);
        files.forget(
            known.all.stream()
                .filter(name -> !all.contains(name) && !state.toldUntilNanos.containsKey(name))
                .toList());
      }
      return view;
    }
  }

  /** Notes what has come and what was replaced since the view before. */
  private void tell(State state, View before, View now) {
    long nanos = clock.monotonicNanos();
    for (IndexFileName name : now.all) {
      if (!name.merged() && !before.all.contains(name)) {
        state.toldUntilNanos.putIfAbsent(name, nanos + RECENT.toNanos());
      }
    }
    for (IndexFileName name : before.all) {
      if (!now.all.contains(name)) {
        state.toldUntilNanos.computeIfPresent(
            name, (_, until) -> until - nanos < refreshNanos ? until : nanos + refreshNanos);
      }
    }
    state.toldUntilNanos.values().removeIf(until -> until - nanos <= 0);
  }

  private static boolean isListed(long sentNanos, long nowNanos) {
    return sentNanos != NOT_SENT && nowNanos - sentNanos > LISTED_AFTER.toNanos();
  }

  private void eachDay(
      TenantId tenant, long fromNanos, long throughNanos, IndexSearch.Visitor visitor) {
    eachDay(view(tenant), tenant, fromNanos, throughNanos, visitor);
  }

  private void eachDay(
      View view, TenantId tenant, long fromNanos, long throughNanos, IndexSearch.Visitor visitor) {
    int firstDay = IndexKeys.dayOf(fromNanos);
    int lastDay = IndexKeys.dayOf(throughNanos);
    view.days
        .subMap(firstDay, true, lastDay, true)
        .forEach((day, names) -> visit(day, names, tenant, fromNanos, throughNanos, visitor));
    List<IndexFileName> wide = view.days.get(IndexKeys.WIDE_DAY);
    if (wide != null) {
      visit(IndexKeys.WIDE_DAY, wide, tenant, fromNanos, throughNanos, visitor);
    }
  }

  private void eachRecentDay(
      TenantId tenant, long fromNanos, long throughNanos, IndexSearch.Visitor visitor) {
    view(tenant); // what has come meanwhile
    Set<IndexFileName> recent = new HashSet<>();
    State state = state(tenant);
    synchronized (state) {
      long now = clock.monotonicNanos();
      state.own.forEach((name, sentNanos) -> {
        if (sentNanos == NOT_SENT) {
          recent.add(name);
        }
      });
      state.toldUntilNanos.forEach((name, until) -> {
        if (until - now > 0) {
          recent.add(name);
        }
      });
    }
    eachDay(View.of(recent, 0), tenant, fromNanos, throughNanos, visitor);
  }

  private void visit(
      int day,
      List<IndexFileName> names,
      TenantId tenant,
      long fromNanos,
      long throughNanos,
      IndexSearch.Visitor visitor) {
    if (names.stream().mapToLong(IndexFileName::length).sum() <= maxImageFileBytes) {
      visitor.visit(images.get(names, _ -> image(names, tenant, day)).in(fromNanos, throughNanos));
      return;
    }
    try (FileKeys keys = FileKeys.open(files, names);
        DayReader reader = new DayReader(keys, tenant, day, fromNanos, throughNanos)) {
      visitor.visit(reader);
    }
  }

  private DayImage image(List<IndexFileName> names, TenantId tenant, int day) {
    try (FileKeys keys = FileKeys.open(files, names)) {
      return DayImage.of(keys, tenant, day);
    }
  }

  /** Asks again with a new list if a file is gone: a compaction may have replaced it meanwhile. */
  private <T> T asking(TenantId tenant, Supplier<T> question) {
    try {
      return question.get();
    } catch (ObjectNotFoundException e) {
      load(tenant, state(tenant));
      try {
        return question.get();
      } catch (ObjectNotFoundException again) {
        again.addSuppressed(e);
        throw new StorageException(
            "a file of the index of tenant "
                + tenant.value()
                + " is missing: "
                + again.getMessage(),
            again);
      }
    }
  }

  @Override
  public List<IndexedStream> select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos) {
    return asking(tenant, () -> search.select(tenant, matchers, shard, fromNanos, throughNanos));
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return asking(tenant, () -> search.series(tenant, matchers, fromNanos, throughNanos));
  }

  @Override
  public SortedSet<String> labelNames(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return asking(tenant, () -> search.labelNames(tenant, matchers, fromNanos, throughNanos));
  }

  @Override
  public SortedSet<String> labelValues(
      TenantId tenant,
      String name,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos) {
    return asking(
        tenant, () -> search.labelValues(tenant, name, matchers, fromNanos, throughNanos));
  }
}
