package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One day of one tenant in memory, decoded: for days of few streams and chunks, where looking keys
 * up and decoding them would be most of a query's work. Immutable.
 */
final class DayImage {
  private static final int STREAM_BYTES = 200;
  private static final int LABEL_BYTES = 120;
  private static final int CHUNK_BYTES = 112;

  private final List<StreamImage> streams;
  private final int bytes;

  /**
   * A stream.
   *
   * @param chunks by their last timestamps, ascending
   */
  private record StreamImage(Fingerprint fingerprint, Labels labels, ChunkRef[] chunks) {}

  private DayImage(List<StreamImage> streams, int bytes) {
    this.streams = streams;
    this.bytes = bytes;
  }

  /** Reads a day whole. */
  static DayImage of(KeySpace keys, TenantId tenant, int day) {
    Map<String, String> packKeys = new HashMap<>();
    List<StreamImage> streams = new ArrayList<>();
    int bytes = 0;
    try (DayReader reader = new DayReader(keys, tenant, day, Long.MIN_VALUE, Long.MAX_VALUE)) {
      reader.eachMatching(
          List.of(),
          stream -> {
            List<ChunkRef> chunks = new ArrayList<>();
            stream.addChunks(chunks);
            chunks.replaceAll(
                chunk -> chunk.withPackKey(packKeys.computeIfAbsent(chunk.packKey(), key -> key)));
            streams.add(
                new StreamImage(
                    stream.fingerprint(), stream.labels(), chunks.toArray(ChunkRef[]::new)));
          });
    }
    for (StreamImage stream : streams) {
      bytes +=
          STREAM_BYTES + stream.labels.size() * LABEL_BYTES + stream.chunks.length * CHUNK_BYTES;
    }
    return new DayImage(List.copyOf(streams), bytes);
  }

  /** Returns about how much memory this takes. */
  int bytes() {
    return bytes;
  }

  /** Returns what it says of a range, both ends inclusive. */
  IndexDay in(long fromNanos, long throughNanos) {
    return new Range(fromNanos, throughNanos);
  }

  private final class Range implements IndexDay {
    private final long fromNanos;
    private final long throughNanos;

    Range(long fromNanos, long throughNanos) {
      this.fromNanos = fromNanos;
      this.throughNanos = throughNanos;
    }

    @Override
    public void eachMatching(List<LabelMatcher> matchers, Consumer<Stream> visitor) {
      MatcherMemo memo = new MatcherMemo(matchers);
      for (StreamImage stream : streams) {
        if (memo.matches(stream.labels)) {
          visitor.accept(new InRange(stream));
        }
      }
    }

    @Override
    public void addNames(Collection<String> names) {
      eachLive(labels -> {
        for (int i = 0; i < labels.size(); i++) {
          names.add(labels.name(i));
        }
      });
    }

    @Override
    public void addValues(String name, Collection<String> values) {
      eachLive(labels -> {
        String value = labels.get(name);
        if (value != null) {
          values.add(value);
        }
      });
    }

    private void eachLive(Consumer<Labels> visitor) {
      for (StreamImage stream : streams) {
        if (new InRange(stream).isLive()) {
          visitor.accept(stream.labels);
        }
      }
    }

    /** Returns the first chunk that ends in the range or behind it. */
    private int first(ChunkRef[] chunks) {
      int low = 0;
      int high = chunks.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (chunks[middle].maxTimestamp() < fromNanos) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    private final class InRange implements Stream {
      private final StreamImage stream;

      InRange(StreamImage stream) {
        this.stream = stream;
      }

      @Override
      public Fingerprint fingerprint() {
        return stream.fingerprint;
      }

      @Override
      public Labels labels() {
        return stream.labels;
      }

      @Override
      public boolean isLive() {
        for (int i = first(stream.chunks); i < stream.chunks.length; i++) {
          if (stream.chunks[i].minTimestamp() <= throughNanos) {
            return true;
          }
        }
        return false;
      }

      @Override
      public void addChunks(Collection<ChunkRef> chunks) {
        for (int i = first(stream.chunks); i < stream.chunks.length; i++) {
          if (stream.chunks[i].minTimestamp() <= throughNanos) {
            chunks.add(stream.chunks[i]);
          }
        }
      }
    }
  }
}
