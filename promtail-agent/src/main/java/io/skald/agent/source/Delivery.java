package io.skald.agent.source;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Entries that came together.
 *
 * @param job whose stages they go through
 * @param durable completes when they would survive a crash, or were dropped on purpose; null if
 *     nobody waits for that
 */
record Delivery(String job, List<SourceEntry> entries, @Nullable CompletableFuture<Void> durable) {
  Delivery {
    entries = List.copyOf(entries);
  }

  long weight() {
    return entries.stream().mapToLong(SourceEntry::weight).sum();
  }
}
