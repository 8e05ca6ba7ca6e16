package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.storage.chunk.ChunkRef;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** What one day of a tenant says of a range of time. Confined to one call and thread. */
interface IndexDay {
  /** Hands over every stream whose labels match, each once; it may be dead. */
  void eachMatching(List<LabelMatcher> matchers, Consumer<Stream> visitor);

  /** Adds the label names of all live streams. */
  void addNames(Collection<String> names);

  /** Adds the values of a label of all live streams. */
  void addValues(String name, Collection<String> values);

  /** A stream of the day; of use as long as the visitor that gets it runs. */
  interface Stream {
    Fingerprint fingerprint();

    Labels labels();

    /** Returns whether the stream has a chunk that overlaps the range. */
    boolean isLive();

    /** Adds the stream's chunks of this day that overlap the range. */
    void addChunks(Collection<ChunkRef> chunks);
  }
}
