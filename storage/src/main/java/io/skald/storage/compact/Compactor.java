package io.skald.storage.compact;

import io.skald.common.block.StorageException;
import io.skald.common.collect.Latest;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.BlockSealer;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.index.IndexFileName;
import io.skald.storage.index.IndexMerge;
import io.skald.storage.object.ObjectKey;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts all tenants, if it is the active compactor. A failure of one tenant leaves the others
 * alone. Confined to one thread, but for the counters.
 */
public final class Compactor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Compactor.class);
  private static final Duration ORPHANS_EVERY = Duration.ofHours(6);
  private static final int MAX_MERGED = 100_000;

  private final ObjectStore store;
  private final CompactorLease lease;
  private final Clock clock;
  private final Consumer<TenantId> changed;
  private final CompactionCounters counters = new CompactionCounters();
  private final BlockSealer sealer;
  private final TenantCompaction.Settings settings;
  private long orphansAtNanos;
  private boolean orphansSought;

  /**
   * What a compactor works with; all of it stays open.
   *
   * @param copies for packs of a distant store, which are copied to this folder while they are
   *     read; null for a store that is as near
   */
  public record Parts(
      ObjectStore store,
      IndexMerge index,
      PackWriter packs,
      ColumnDecoder decoder,
      @Nullable Path copies,
      Clock clock) {}

  /**
   * @param holder names this compactor among all that share the object store
   * @param leaseLength after this time without a sign, another one takes over
   * @param changed gets each tenant with a new manifest
   */
  public Compactor(
      CompactionConfig config,
      Parts parts,
      Retention retention,
      EntryRemovals removals,
      String holder,
      Duration leaseLength,
      Consumer<TenantId> changed) {
    this.store = parts.store;
    this.clock = parts.clock;
    this.changed = changed;
    this.lease = new CompactorLease(store, holder, leaseLength, clock);
    this.sealer = new BlockSealer(parts.decoder);
    StreamMerge merge = new StreamMerge(sealer, config.lineBytesPerChunk());
    this.settings =
        new TenantCompaction.Settings(
            config,
            store,
            parts.index,
            () -> new PackCopies(store, parts.copies),
            (tenant, source) ->
                new PackRewrite(
                    tenant, config, source, parts.packs, parts.decoder, merge, counters),
            parts.decoder,
            retention,
            removals,
            new RemovalProgress(),
            Latest.added(MAX_MERGED),
            lease::take,
            counters,
            clock);
  }

  /**
   * Compacts every tenant once, unless another compactor is active.
   *
   * @return whether this one was, and nothing failed
   * @throws StorageException if the lease or the tenants cannot be read
   */
  public boolean run() {
    long started = clock.monotonicNanos();
    counters.runs.increment();
    if (!lease.take()) {
      counters.passive.increment();
      return false;
    }
    boolean orphans = !orphansSought || started - orphansAtNanos >= ORPHANS_EVERY.toNanos();
    boolean whole = true;
    for (Map.Entry<TenantId, List<String>> tenant : tenants().entrySet()) {
      whole &= compact(tenant.getKey(), tenant.getValue(), orphans);
    }
    if (orphans && whole) {
      orphansSought = true;
      orphansAtNanos = started;
    }
    if (whole) {
      counters.lastSuccessNanos.set(clock.nowNanos());
    }
    counters.busyNanos.add(clock.monotonicNanos() - started);
    return whole;
  }

  private boolean compact(TenantId tenant, List<String> listed, boolean orphans) {
    if (Thread.currentThread().isInterrupted()) {
      return false;
    }
    try {
      if (new TenantCompaction(tenant, settings, listed).run(orphans)) {
        changed.accept(tenant);
      }
      return true;
    } catch (StorageException e) {
      counters.failures.increment();
      log.error("tenant {} cannot be compacted; it is tried again", tenant.value(), e);
      return false;
    }
  }

  /** Returns the keys of each tenant's objects of the index. */
  private Map<TenantId, List<String>> tenants() {
    Map<String, List<String>> bySegments = new TreeMap<>();
    for (String key : store.list(IndexFileName.ROOT)) {
      IndexFileName.parse(key)
          .ifPresent(name ->
              bySegments
                  .computeIfAbsent(ObjectKey.ofTenant(name.tenant()), _ -> new ArrayList<>())
                  .add(key));
    }
    Map<TenantId, List<String>> tenants = new LinkedHashMap<>();
    bySegments.forEach((segments, keys) -> tenants.put(ObjectKey.tenantOf(segments), keys));
    return tenants;
  }

  /** Returns what has been done. */
  public CompactionCounters counters() {
    return counters;
  }

  /** Gives the lease back. */
  @Override
  public void close() {
    try {
      lease.giveBack();
    } catch (StorageException e) {
      log.warn("the lease of the compactor could not be given back; it ends by itself", e);
    } finally {
      sealer.close();
    }
  }
}
