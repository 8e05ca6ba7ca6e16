package io.skald.querier.tail;

import io.skald.common.model.Labels;
import java.util.List;

/**
 * What is sent at a time.
 *
 * @param lines oldest first
 * @param dropped entries that were not sent because the client was behind; not all of them, if
 *     there are many
 */
public record TailMessage(List<TailLine> lines, List<Dropped> dropped) {
  /** An entry that was not sent. */
  public record Dropped(long timestampNanos, Labels labels) {}

  public TailMessage {
    lines = List.copyOf(lines);
    dropped = List.copyOf(dropped);
  }
}
