package io.skald.common.ingest;

import io.skald.common.block.BlockView;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.util.List;

/** What an ingester is sent, as it comes. */
public interface LiveEntries {
  /**
   * Begins to hand over the entries of streams that match, each once it is stored for good and
   * visible to queries. An entry is in what a query finds that begins after this returned, or is
   * handed over, or both; it is in neither only if it was never stored.
   */
  Subscription subscribe(TenantId tenant, List<LabelMatcher> matchers, Sink sink);

  /** Takes entries over. */
  @FunctionalInterface
  interface Sink {
    /**
     * Called by the thread that writes the log: must not block.
     *
     * @param entries of one push to one stream
     */
    void take(Labels stream, BlockView entries);

    /** Called when entries were not handed over because the taker was behind. */
    default void lost(long entries) {}
  }

  /** Lasts until it is closed. */
  interface Subscription extends AutoCloseable {
    /** Returns whether entries still come; a connection may end by itself. */
    default boolean isOpen() {
      return true;
    }

    @Override
    void close();
  }
}
