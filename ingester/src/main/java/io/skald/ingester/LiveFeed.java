package io.skald.ingester;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.EntryBatch;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Hands appended entries to those who follow. A push to a tenant that nobody follows costs one
 * look-up; the lines of a batch are copied once, for all who want them. Thread-safe.
 */
final class LiveFeed implements LiveEntries {
  private final Map<TenantId, List<Follower>> followers = new ConcurrentHashMap<>();

  private record Follower(List<LabelMatcher> matchers, Sink sink) {
    boolean wants(Labels stream) {
      for (LabelMatcher matcher : matchers) {
        if (!matcher.matches(stream)) {
          return false;
        }
      }
      return true;
    }
  }

  @Override
  public Subscription subscribe(TenantId tenant, List<LabelMatcher> matchers, Sink sink) {
    Follower follower = new Follower(List.copyOf(matchers), sink);
    followers.compute(
        tenant,
        (_, known) -> {
          List<Follower> all = known == null ? new CopyOnWriteArrayList<>() : known;
          all.add(follower);
          return all;
        });
    return () ->
        followers.computeIfPresent(
            tenant,
            (_, all) -> {
              all.removeIf(one -> one == follower);
              return all.isEmpty() ? null : all;
            });
  }

  /** Returns whether anybody follows a tenant. */
  boolean isFollowed(TenantId tenant) {
    return !followers.isEmpty() && followers.containsKey(tenant);
  }

  /** Hands over a batch that has been appended; called by the log's thread. */
  void appended(TenantId tenant, Labels stream, EntryBatch entries) {
    BlockView block = null;
    for (Follower follower : followers.getOrDefault(tenant, List.of())) {
      if (follower.wants(stream)) {
        block = copied(block, entries);
        follower.sink().take(stream, block);
      }
    }
  }

  private static BlockView copied(@Nullable BlockView block, EntryBatch entries) {
    return block == null ? ColumnBlock.ofArrivals(entries) : block;
  }
}
