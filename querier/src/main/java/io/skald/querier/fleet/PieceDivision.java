package io.skald.querier.fleet;

import io.skald.common.model.StreamShard;
import io.skald.logql.engine.QueryFleet.Division;
import io.skald.logql.engine.QueryPiece;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Cuts a piece into several. Streams are divided rather than time where there are enough of them: a
 * block that lies on both sides of an instant is opened twice.
 */
final class PieceDivision {
  /** So many pieces for each querier, at most: who is fast then takes those of one who is slow. */
  private static final int PIECES_PER_MEMBER = 4;

  /** A shard of fewer streams than this may well be empty, and the next one twice as large. */
  private static final int STREAMS_PER_SHARD = 3;

  private final QueryPiece whole;
  private final StoredVolume volume;
  private final int pieces;
  private final double bytes;

  /**
   * @param bytes of the whole
   * @param minBytes that are worth dividing; about the least of a piece, too, as lines that are
   *     alike are cheap where some were read before, and series that several pieces have are put
   *     together
   * @param members queriers that share it
   */
  PieceDivision(QueryPiece whole, StoredVolume volume, double bytes, long minBytes, int members) {
    this.whole = whole;
    this.volume = volume;
    this.bytes = bytes;
    long each = (long) (bytes / Math.max(1, minBytes) / members);
    this.pieces = members * Math.clamp(each, 1, PIECES_PER_MEMBER);
  }

  List<QueryPiece> divide(Division division) {
    return switch (division) {
      case FREE -> {
        int shards = shards(pieces);
        yield cut(evenly(Math.ceilDiv(pieces, shards)), shards, false, false);
      }
      case BY_TIME -> cut(evenly(pieces), 1, false, false);
      case EARLIEST_FIRST -> nearestFirst(false);
      case LATEST_FIRST -> nearestFirst(true);
    };
  }

  private int shards(int wanted) {
    return Math.clamp(volume.streams() / STREAMS_PER_SHARD, 1, wanted);
  }

  /** One piece beside the edge, then two ranges of time with about as many pieces each. */
  private List<QueryPiece> nearestFirst(boolean latest) {
    double first = bytes / pieces;
    double half = (bytes - first) / 2;
    List<Double> amounts = latest ? List.of(half, 2 * half) : List.of(first, first + half);
    int shards = shards(Math.ceilDiv(pieces, 2));
    if (shards == 1) {
      return cut(evenly(pieces), 1, latest, true);
    }
    return cut(instants(amounts), shards, latest, true);
  }

  private TreeSet<Long> evenly(int ranges) {
    List<Double> amounts = new ArrayList<>();
    for (int i = 1; i < ranges; i++) {
      amounts.add(bytes * i / ranges);
    }
    return instants(amounts);
  }

  /** Returns the last instants of ranges that hold these amounts, from the begin on. */
  private TreeSet<Long> instants(List<Double> amounts) {
    TreeSet<Long> ends = new TreeSet<>();
    double scale = volume.bytes() / bytes;
    for (double amount : amounts) {
      ends.add(volume.instantOf(amount * scale));
    }
    ends.add(whole.throughNanos());
    return ends;
  }

  private List<QueryPiece> cut(
      TreeSet<Long> ends, int shards, boolean latestFirst, boolean firstWhole) {
    List<QueryPiece> cut = new ArrayList<>();
    for (long end : latestFirst ? ends.descendingSet() : ends) {
      Long before = ends.lower(end);
      long from = before == null ? whole.fromNanos() : before + 1;
      int parts = firstWhole && cut.isEmpty() ? 1 : shards;
      for (int shard = 0; shard < parts; shard++) {
        cut.add(whole.part(from, end, new StreamShard(shard, parts)));
      }
    }
    return cut;
  }
}
