package io.skald.tests.oracle;

import io.skald.common.block.LogSource;
import io.skald.common.block.SlicedSource;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.StreamShard;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryEngine;
import io.skald.logql.engine.QueryFleet;
import io.skald.logql.engine.QueryPiece;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.syntax.Parser;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Cuts queries at random, evaluates some pieces here and others as another process would, from the
 * text of the query to the bytes of the answer, and puts them together in any order.
 */
final class ScatteredFleet implements QueryFleet {
  private final QueryEngine engine;
  private final LogSource source;
  private final SplittableRandom random;
  int pieces;

  ScatteredFleet(QueryEngine engine, LogSource source, SplittableRandom random) {
    this.engine = engine;
    this.source = source;
    this.random = random;
  }

  @Override
  public List<QueryPiece> divide(
      QueryPiece whole, List<LabelMatcher> selector, Division division, Effort effort) {
    TreeSet<Long> starts = new TreeSet<>(List.of(whole.fromNanos()));
    for (int i = random.nextInt(4); i > 0 && whole.fromNanos() < whole.throughNanos(); i--) {
      starts.add(random.nextLong(whole.fromNanos(), whole.throughNanos()) + 1);
    }
    List<QueryPiece> divided = new ArrayList<>();
    boolean ordered = division == Division.EARLIEST_FIRST || division == Division.LATEST_FIRST;
    boolean latest = division == Division.LATEST_FIRST;
    for (long start : latest ? starts.descendingSet() : starts) {
      Long next = starts.higher(start);
      long through = next == null ? whole.throughNanos() : next - 1;
      boolean one = division == Division.BY_TIME || (ordered && divided.isEmpty());
      int shards = one ? 1 : 1 + random.nextInt(4);
      for (int shard = 0; shard < shards; shard++) {
        divided.add(whole.part(start, through, new StreamShard(shard, shards)));
      }
    }
    return divided;
  }

  @Override
  public LogSource entries(QueryPiece piece) {
    LogSource shard =
        (matchers, from, through, room) ->
            source.select(matchers, from, through, room).stream()
                .filter(stream -> piece.shard().holds(fingerprint(stream)))
                .toList();
    return new SlicedSource(shard, piece.fromNanos(), piece.throughNanos());
  }

  private static Fingerprint fingerprint(StreamBlocks stream) {
    return Fingerprint.of(stream.labels());
  }

  @Override
  public void run(List<QueryPiece> divided, Work work) {
    List<QueryPiece> order = new ArrayList<>(divided);
    Collections.shuffle(order, new Random(random.nextLong()));
    for (QueryPiece piece : order) {
      if (work.isEnough()) {
        return;
      }
      pieces++;
      if (random.nextInt(3) == 0) {
        work.evaluate(piece);
      } else {
        work.take(piece, elsewhere(piece));
      }
    }
  }

  private byte[] elsewhere(QueryPiece piece) {
    QueryRequest asked = piece.request();
    QueryRequest read =
        new QueryRequest(
            Parser.parse(asked.expression().toString()),
            asked.startNanos(),
            asked.endNanos(),
            asked.stepNanos(),
            0,
            asked.limit(),
            asked.forward(),
            asked.categorizeLabels());
    return engine.evaluate(
        new QueryPiece(
            read, piece.fromNanos(), piece.throughNanos(), piece.shard(), piece.maxSeries()),
        entries(piece),
        new QueryStatistics(),
        Cancellation.none());
  }
}
