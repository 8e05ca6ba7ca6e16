package io.skald.querier.fleet;

import io.skald.common.block.LogSource;
import io.skald.common.block.ReadRoom;
import io.skald.common.fleet.PieceCall;
import io.skald.common.model.LabelMatcher;
import io.skald.common.time.Clock;
import io.skald.logql.engine.KeptSteps;
import io.skald.logql.engine.QueryFleet;
import io.skald.logql.engine.QueryMemory;
import io.skald.logql.engine.QueryPiece;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import io.skald.querier.source.DataVersion;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One read and those that share it. */
final class SharedRead implements QueryFleet, KeptPieces.Host {
  /** Counting reads timestamps and footers, a small part of what lines are. */
  private static final double COUNTS_PART = 1.0 / 16;

  /** What a byte of lines is expected to take; only pieces of long reads must look long. */
  private static final long NANOS_PER_BYTE = 2;

  private final Fleet.Read read;
  private final List<Fleet.Peer> others;
  private final String selfId;
  private final QueryData data;
  private final QueryMemory memory;
  private final FleetConfig config;
  private final FleetCounters counters;
  private final FailedPeers failed;
  private final Clock clock;
  private final @Nullable KeptSteps kept;
  private long expectedNanos;

  /**
   * @param others whom it is shared with; may be empty
   * @param cache null keeps no results
   */
  SharedRead(
      Fleet.Read read,
      List<Fleet.Peer> others,
      String selfId,
      QueryData data,
      QueryMemory memory,
      FleetConfig config,
      FleetCounters counters,
      FailedPeers failed,
      @Nullable ResultCache cache,
      Clock clock) {
    this.read = read;
    this.others = others;
    this.selfId = selfId;
    this.data = data;
    this.memory = memory;
    this.config = config;
    this.counters = counters;
    this.failed = failed;
    this.clock = clock;
    this.kept =
        cache == null
            ? null
            : new KeptPieces(this, cache, read, members(), clock.nowNanos() - read.tooYoungNanos());
  }

  /** Returns all that share the read, this one too, always in the same order. */
  private List<String> members() {
    return Stream.concat(Stream.of(selfId), others.stream().map(Fleet.Peer::id)).sorted().toList();
  }

  @Override
  public @Nullable KeptSteps kept() {
    return kept;
  }

  @Override
  public List<QueryPiece> divide(
      QueryPiece whole, List<LabelMatcher> selector, Division division, Effort effort) {
    long from = Math.max(whole.fromNanos(), read.earliestNanos());
    if (others.isEmpty() || from > whole.throughNanos() || !survivesText(whole.request())) {
      return List.of();
    }
    QueryPiece visible = whole.part(from, whole.throughNanos(), whole.shard());
    StoredVolume volume =
        new StoredVolume(
            data.indexed(read.tenants(), selector, from, whole.throughNanos()),
            from,
            whole.throughNanos());
    double bytes = volume.bytes() * (effort == Effort.COUNTS ? COUNTS_PART : 1);
    if (bytes < config.minBytes()) {
      return List.of();
    }
    expectedNanos = (long) (bytes * NANOS_PER_BYTE);
    return new PieceDivision(visible, volume, bytes, config.minBytes(), others.size() + 1)
        .divide(division);
  }

  /** Others get the text of a query: it must mean what this one has read and perhaps rewritten. */
  private static boolean survivesText(QueryRequest request) {
    try {
      return Parser.parse(request.expression().toString()).equals(request.expression());
    } catch (ParseException _) {
      return false;
    }
  }

  @Override
  public LogSource entries(QueryPiece piece) {
    return PieceReads.entries(data, read.tenants(), piece, read.statistics(), read.reads());
  }

  @Override
  public void run(List<QueryPiece> pieces, Work work) {
    counters.dividedScans.increment();
    List<String> members = members();
    List<String> owners = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      owners.add(members.get(i % members.size()));
    }
    run(new PieceQueue(pieces, owners, false), piece -> call(piece, ""), work);
  }

  @Override
  public void run(PieceQueue queue, Function<QueryPiece, PieceCall> calls, Work work) {
    new PieceRun(read, others, calls, work, config, counters, failed, clock).run(queue, selfId);
  }

  @Override
  public boolean mayBeCalled(QueryPiece piece) {
    return survivesText(piece.request());
  }

  @Override
  public List<String> versions(List<LabelMatcher> selector, List<TimeRange> ranges) {
    return look(room -> data.versions(read.tenants(), selector, ranges, room));
  }

  @Override
  public DataVersion version(List<LabelMatcher> selector, TimeRange range) {
    return look(room -> data.version(read.tenants(), selector, range, room));
  }

  private <T> T look(Function<ReadRoom, T> look) {
    return memory.read(read.threads(), read.cancellation(), true, look);
  }

  @Override
  public PieceCall call(QueryPiece piece, String dataVersion) {
    QueryRequest request = piece.request();
    return new PieceCall(
        read.tenants().ids(),
        read.tenants().federated(),
        request.expression().toString(),
        request.startNanos(),
        request.endNanos(),
        request.stepNanos(),
        request.limit(),
        request.forward(),
        request.categorizeLabels(),
        piece.fromNanos(),
        piece.throughNanos(),
        piece.shard(),
        piece.maxSeries(),
        expectedNanos,
        dataVersion);
  }
}
