package io.skald.storage.compact;

import io.skald.common.block.BlockView;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.index.IndexFileName;
import io.skald.storage.index.IndexManifest;
import io.skald.storage.index.IndexManifest.Retired;
import io.skald.storage.index.IndexMerge;
import io.skald.storage.index.IndexedChunk;
import io.skald.storage.object.ObjectKey;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run for one tenant. Everything is written beside what is there; then one manifest takes
 * readers over; what it retires is deleted by a later run. So a run may end at any point: what it
 * had written is an orphan, and the next run begins anew. Confined to one thread.
 */
final class TenantCompaction {
  private static final Logger log = LoggerFactory.getLogger(TenantCompaction.class);

  /** Lists may go on naming what was deleted for so long. */
  private static final Duration FORGET_AFTER = Duration.ofHours(24);

  /**
   * Readers look at the manifest every ten minutes at least, and a query that began before goes on
   * for a while.
   */
  private static final Duration READERS_FOLLOW = Duration.ofMinutes(15);

  /** Files of a day that a merge leaves: a large one need not be written again for a small one. */
  private static final int LARGE_FACTOR = 4;

  private final TenantId tenant;
  private final Settings settings;
  private final IndexManifest before;
  private final List<String> listed;
  private final long nowMillis;
  private final TenantChunks chunks;
  private final Set<ChunkRef> gone = new HashSet<>();
  private final List<IndexedChunk> added = new ArrayList<>();

  /** Wishes of which this run may take entries out. */
  private final Set<EntryRemovals.Removal> takenOut = new HashSet<>();

  /** What all runs have in common. */
  record Settings(
      CompactionConfig config,
      ObjectStore store,
      IndexMerge index,
      Supplier<PackCopies> copies,
      BiFunction<TenantId, ObjectStore, PackRewrite> rewrites,
      ColumnDecoder decoder,
      Retention retention,
      EntryRemovals removals,
      RemovalProgress progress,
      Set<ChunkRef> merged,
      BooleanSupplier active,
      CompactionCounters counters,
      Clock clock) {}

  /**
   * Reads what there is.
   *
   * @param listed keys of the tenant's objects of the index
   */
  TenantCompaction(TenantId tenant, Settings settings, List<String> listed) {
    this.tenant = tenant;
    this.settings = settings;
    this.listed = listed;
    this.nowMillis = settings.clock.nowMillis();
    this.before = IndexManifest.read(settings.store, tenant);
    this.chunks =
        TenantChunks.read(
            tenant,
            before,
            listed,
            nowMillis - settings.config.minAge().toMillis(),
            settings.index);
  }

  /**
   * Runs.
   *
   * @param orphans whether objects are looked for that nothing refers to
   * @return whether readers have to look at the manifest again
   */
  boolean run(boolean orphans) {
    List<Retired> replaced = new ArrayList<>(before.replaced());
    List<Retired> packs = new ArrayList<>(before.packs());
    boolean cleaned = deleteRetired(replaced, packs);
    expire();
    Map<EntryRemovals.Removal, int[]> removals = rewrite();
    List<IndexFileName> files = new ArrayList<>(before.files());
    boolean merged = mergeIndex(files, replaced);
    boolean retired = retirePacks(packs);
    boolean found = orphans && findOrphans(packs);
    if (!(merged || retired || found || cleaned)) {
      tell(removals);
      return false;
    }
    if (!settings.active.getAsBoolean()) {
      log.warn("another compactor has taken over; a run for tenant {} is given up", tenant.value());
      return false;
    }
    new IndexManifest(before.generation() + 1, nowMillis, files, replaced, packs)
        .write(settings.store, tenant);
    tell(removals);
    return true;
  }

  /** Deletes what was retired long ago; it leaves the lists. */
  private boolean deleteRetired(List<Retired> replaced, List<Retired> packs) {
    long deleteBefore = nowMillis - settings.config.deleteDelay().toMillis();
    Set<String> known = new HashSet<>(listed);
    boolean changed = false;
    for (Retired file : before.replaced()) {
      if (file.retiredMillis() <= deleteBefore && known.contains(file.key())) {
        settings.store.delete(file.key());
        settings.counters.deletedObjects.increment();
      }
      if (file.retiredMillis() <= deleteBefore - FORGET_AFTER.toMillis()) {
        replaced.remove(file);
        changed = true;
      }
    }
    for (Retired pack : before.packs()) {
      if (pack.retiredMillis() <= deleteBefore) {
        settings.store.delete(pack.key());
        settings.counters.deletedObjects.increment();
        packs.remove(pack);
        changed = true;
      }
    }
    return changed;
  }

  /** Takes out chunks whose newest entry is too old. */
  private void expire() {
    long now = settings.clock.nowNanos();
    eachFree(chunk -> {
      long keep = settings.retention.keepNanos(tenant, chunk.labels());
      if (keep > 0 && chunk.chunk().maxTimestamp() < now - keep) {
        gone.add(chunk.chunk());
        settings.counters.expiredChunks.increment();
      }
    });
  }

  private interface ChunkVisitor {
    void visit(IndexedChunk chunk);
  }

  /** Visits the chunks that are not gone, of packs that may be rewritten. */
  private void eachFree(ChunkVisitor visitor) {
    chunks
        .packs()
        .forEach((pack, content) -> {
          if (!chunks.busy().contains(pack)) {
            content.stream().filter(chunk -> !gone.contains(chunk.chunk())).forEach(visitor::visit);
          }
        });
  }

  /** Rewrites packs; returns for each wish how many chunks concern it and how many are done. */
  private Map<EntryRemovals.Removal, int[]> rewrite() {
    List<EntryRemovals.Removal> due = settings.removals.due(tenant);
    Map<EntryRemovals.Removal, int[]> counts = new LinkedHashMap<>();
    due.forEach(removal -> counts.put(removal, new int[2]));
    Budget budget = new Budget(settings.config.maxBytesPerRun());
    TreeSet<String> chosen = new TreeSet<>(packsToClean(counts, budget));
    chosen.addAll(packsToMerge(chosen, budget));
    if (chosen.isEmpty()) {
      return counts;
    }
    List<IndexedChunk> sources = new ArrayList<>();
    for (String pack : chosen) {
      content(pack).stream().filter(chunk -> !gone.contains(chunk.chunk())).forEach(sources::add);
    }
    List<IndexedChunk> made;
    try (PackCopies copies = settings.copies.get()) {
      made = settings.rewrites.apply(tenant, copies).run(sources, due);
    }
    due.stream()
        .filter(removal -> sources.stream().anyMatch(source -> isOpen(removal, source)))
        .forEach(takenOut::add);
    sources.forEach(source -> gone.add(source.chunk()));
    added.addAll(made);
    for (IndexedChunk chunk : made) {
      settings.merged.add(chunk.chunk());
      due.forEach(removal -> settings.progress.clean(removal.id(), chunk.chunk()));
    }
    settings.counters.rewrittenPacks.add(chosen.size());
    return counts;
  }

  private List<IndexedChunk> content(String pack) {
    return chunks.packs().getOrDefault(pack, List.of());
  }

  /** What a run may still read and write. */
  private static final class Budget {
    private long bytes;

    Budget(long bytes) {
      this.bytes = bytes;
    }

    /** The first one fits in always, so that a large one does not wait for ever. */
    boolean takes(long size) {
      boolean fits = bytes > 0;
      bytes -= fits ? size : 0;
      return fits;
    }
  }

  /** Returns packs with entries that are to be removed; counts chunks. */
  private Set<String> packsToClean(Map<EntryRemovals.Removal, int[]> counts, Budget budget) {
    Set<String> found = new HashSet<>();
    if (counts.isEmpty()) {
      return found;
    }
    for (List<IndexedChunk> pack : chunks.packs().values()) {
      String key = pack.getFirst().chunk().packKey();
      long before = budget.bytes;
      try (PackCopies copies = settings.copies.get()) {
        if (isToClean(pack, counts, budget, new ChunkSource(copies))) {
          found.add(key);
          // The rest of it is read and written as well.
          budget.takes(Math.max(0, sizeOf(pack) - (before - budget.bytes)));
        }
      }
    }
    return found;
  }

  /** Counts the chunks that wishes concern; returns whether one has entries that are to go. */
  private boolean isToClean(
      List<IndexedChunk> pack,
      Map<EntryRemovals.Removal, int[]> counts,
      Budget budget,
      ChunkSource source) {
    boolean busy = chunks.busy().contains(pack.getFirst().chunk().packKey());
    boolean found = false;
    for (IndexedChunk chunk : pack) {
      for (Map.Entry<EntryRemovals.Removal, int[]> entry : counts.entrySet()) {
        EntryRemovals.Removal removal = entry.getKey();
        ChunkRef ref = chunk.chunk();
        if (gone.contains(ref) || !mayTouch(removal, chunk)) {
          continue;
        }
        entry.getValue()[0]++;
        if (settings.progress.isClean(removal.id(), ref)) {
          entry.getValue()[1]++;
        } else if (!busy && (found || budget.takes(ref.length()))) {
          // A pack that is written anew is so without the entries of all wishes.
          if (!found && hasEntries(removal, chunk, source.of(ref))) {
            found = true;
          } else if (!found) {
            settings.progress.clean(removal.id(), ref);
          }
          entry.getValue()[1]++;
        }
      }
    }
    return found;
  }

  /** Returns whether a chunk may have entries of a wish. */
  private boolean isOpen(EntryRemovals.Removal removal, IndexedChunk chunk) {
    return mayTouch(removal, chunk) && !settings.progress.isClean(removal.id(), chunk.chunk());
  }

  private static boolean mayTouch(EntryRemovals.Removal removal, IndexedChunk chunk) {
    ChunkRef ref = chunk.chunk();
    return removal.mayTouch(chunk.labels(), ref.minTimestamp(), ref.maxTimestamp());
  }

  private long sizeOf(List<IndexedChunk> pack) {
    return pack.stream()
        .filter(chunk -> !gone.contains(chunk.chunk()))
        .mapToLong(chunk -> chunk.chunk().length())
        .sum();
  }

  /** The chunks of a pack that are looked into: the first few by themselves, then all of it. */
  private final class ChunkSource {
    private static final int BY_THEMSELVES = 4;

    private final PackCopies copies;
    private int opened;

    ChunkSource(PackCopies copies) {
      this.copies = copies;
    }

    FetchedChunk of(ChunkRef ref) {
      return new FetchedChunk(opened++ < BY_THEMSELVES ? settings.store : copies, ref);
    }
  }

  private boolean hasEntries(
      EntryRemovals.Removal removal, IndexedChunk chunk, FetchedChunk fetched) {
    ChunkReader reader =
        new ChunkReader(fetched, new ChunkCaches(new CacheConfig(0, 0, 0)), settings.decoder);
    List<BlockView> blocks =
        reader.blocks(chunk.chunk(), Long.MIN_VALUE, Long.MAX_VALUE, new ReadStatistics());
    List<BlockView> left = removal.without(chunk.labels(), blocks);
    return left.size() < blocks.size()
        || left.stream().mapToLong(BlockView::size).sum()
            < blocks.stream().mapToLong(BlockView::size).sum();
  }

  /** Returns packs of which at least a half is better merged, or is gone. */
  private Set<String> packsToMerge(Collection<String> chosen, Budget budget) {
    List<IndexedChunk> free = new ArrayList<>();
    eachFree(free::add);
    Set<ChunkRef> small =
        SmallChunks.find(free, settings.config.smallChunkBytes(), settings.merged::contains);
    Set<String> found = new TreeSet<>();
    for (String pack : new TreeSet<>(chunks.packs().keySet())) {
      if (chunks.busy().contains(pack) || chosen.contains(pack)) {
        continue;
      }
      long all = 0;
      long better = 0;
      boolean anyLeft = false;
      for (IndexedChunk chunk : content(pack)) {
        boolean isGone = gone.contains(chunk.chunk());
        anyLeft |= !isGone;
        all += chunk.chunk().length();
        better += isGone || small.contains(chunk.chunk()) ? chunk.chunk().length() : 0;
      }
      if (anyLeft && better * 2 >= all && budget.takes(all)) {
        found.add(pack);
      }
    }
    return found;
  }

  /** Writes the days anew that have many files, or in which something changes. */
  private boolean mergeIndex(List<IndexFileName> files, List<Retired> replaced) {
    Map<Integer, List<IndexedChunk>> addedByDay = new HashMap<>();
    for (IndexedChunk chunk : added) {
      for (int day : IndexMerge.days(chunk.chunk())) {
        addedByDay.computeIfAbsent(day, _ -> new ArrayList<>()).add(chunk);
      }
    }
    Set<Integer> changed = new TreeSet<>(addedByDay.keySet());
    gone.forEach(chunk -> {
      for (int day : IndexMerge.days(chunk)) {
        changed.add(day);
      }
    });
    Set<Integer> days = new TreeSet<>(chunks.days().keySet());
    days.addAll(changed);
    boolean any = false;
    for (int day : days) {
      List<IndexFileName> all = chunks.days().getOrDefault(day, List.of());
      List<IndexFileName> sources = changed.contains(day) ? all : toMerge(all);
      if (sources.size() < 2 && !changed.contains(day)) {
        continue;
      }
      IndexMerge.Change change =
          changed.contains(day)
              ? new IndexMerge.Change(gone, addedByDay.getOrDefault(day, List.of()))
              : IndexMerge.Change.NONE;
      List<IndexFileName> written = settings.index.write(tenant, day, sources, change);
      files.removeAll(sources);
      files.addAll(written);
      sources.forEach(source -> replaced.add(new Retired(source.key(), nowMillis)));
      settings.counters.mergedIndexFiles.add(sources.size());
      settings.counters.writtenIndexFiles.add(written.size());
      any = true;
    }
    return any;
  }

  /** Returns all files of a day but those that are much larger than the others together. */
  private static List<IndexFileName> toMerge(List<IndexFileName> files) {
    List<IndexFileName> bySize = new ArrayList<>(files);
    bySize.sort((a, b) -> Integer.compare(a.length(), b.length()));
    List<IndexFileName> chosen = new ArrayList<>();
    long sum = 0;
    for (IndexFileName file : bySize) {
      if (chosen.size() >= 2 && file.length() > LARGE_FACTOR * sum) {
        break;
      }
      chosen.add(file);
      sum += file.length();
    }
    return chosen;
  }

  /** Retires packs that nothing refers to any more. */
  private boolean retirePacks(List<Retired> packs) {
    boolean any = false;
    for (Map.Entry<String, List<IndexedChunk>> pack : chunks.packs().entrySet()) {
      boolean isGone = pack.getValue().stream().allMatch(chunk -> gone.contains(chunk.chunk()));
      if (isGone && !chunks.busy().contains(pack.getKey())) {
        packs.add(new Retired(pack.getKey(), nowMillis));
        any = true;
      }
    }
    return any;
  }

  /** Retires packs, and deletes merged index files, that are old and that nothing names. */
  private boolean findOrphans(List<Retired> packs) {
    long writtenBefore = nowMillis - settings.config.orphanAge().toMillis();
    Set<String> known = new HashSet<>(chunks.packs().keySet());
    known.addAll(chunks.busy());
    packs.forEach(pack -> known.add(pack.key()));
    boolean any = false;
    for (String key : settings.store.list(ObjectKey.ofTenant(tenant) + "/packs/")) {
      if (!known.contains(key) && packWritten(key) < writtenBefore) {
        packs.add(new Retired(key, nowMillis));
        settings.counters.orphans.increment();
        any = true;
      }
    }
    Set<String> files = new HashSet<>();
    before.files().forEach(file -> files.add(file.key()));
    before.replaced().forEach(file -> files.add(file.key()));
    for (String key : listed) {
      IndexFileName name = IndexFileName.parse(key).orElse(null);
      if (name != null
          && name.merged()
          && !files.contains(key)
          && name.writtenMillis() < writtenBefore) {
        settings.store.delete(key);
        settings.counters.orphans.increment();
      }
    }
    return any;
  }

  /**
   * Returns when a pack was written, from its name; {@code Long.MAX_VALUE} if that does not say.
   */
  private static long packWritten(String key) {
    String name = key.substring(key.lastIndexOf('/') + 1);
    int end = name.indexOf('-');
    try {
      return end < 1 ? Long.MAX_VALUE : Long.parseLong(name, 0, end, 16);
    } catch (NumberFormatException _) {
      return Long.MAX_VALUE;
    }
  }

  private void tell(Map<EntryRemovals.Removal, int[]> counts) {
    counts.forEach((removal, count) -> {
      boolean complete =
          isSettled(removal)
              && count[0] == count[1]
              && chunks.young().stream().noneMatch(chunk -> mayTouch(removal, chunk));
      int percent = count[0] == 0 ? 0 : (int) (100L * count[1] / count[0]);
      settings.removals.progress(tenant, removal.id(), complete ? 100 : Math.min(99, percent));
    });
  }

  /**
   * Returns whether no reader sees entries of a wish by an older manifest any more: behind its end
   * nobody leaves them out.
   */
  private boolean isSettled(EntryRemovals.Removal removal) {
    long now = settings.clock.monotonicNanos();
    if (takenOut.contains(removal)) {
      settings.progress.changed(tenant, removal.id(), now);
    }
    Duration delay = settings.config.deleteDelay();
    return settings.progress.isUnchanged(
        tenant, removal.id(), delay.compareTo(READERS_FOLLOW) < 0 ? delay : READERS_FOLLOW, now);
  }
}
