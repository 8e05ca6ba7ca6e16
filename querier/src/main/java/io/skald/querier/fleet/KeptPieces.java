package io.skald.querier.fleet;

import io.skald.common.fleet.PieceCall;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.logql.engine.KeptSteps;
import io.skald.logql.engine.QueryFleet;
import io.skald.logql.engine.QueryPiece;
import io.skald.querier.source.DataVersion;
import io.skald.querier.source.TimeRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * The cache of results, as one read sees it: parts of queries lie at the querier that the hash of
 * tenants, query and time chooses among those that live, and are evaluated there if it does not
 * have them.
 */
final class KeptPieces implements KeptSteps {
  /** What the parts of a read need of it. */
  interface Host {
    /** Returns the call that has a piece evaluated elsewhere. */
    PieceCall call(QueryPiece piece, String dataVersion);

    /** Returns the name of the entries of each piece, empty if there is none. */
    List<String> versions(List<LabelMatcher> selector, List<TimeRange> ranges);

    /** Returns what is seen of the entries of a piece now. */
    DataVersion version(List<LabelMatcher> selector, TimeRange range);

    /** Returns whether another process would understand the piece. */
    boolean mayBeCalled(QueryPiece piece);

    /** Has pieces done. */
    void run(PieceQueue queue, Function<QueryPiece, PieceCall> calls, QueryFleet.Work work);
  }

  private final Host host;
  private final ResultCache cache;
  private final Fleet.Read read;
  private final List<String> members;
  private final long throughNanos;

  /**
   * @param members the queriers that share the cache, this one included
   * @param throughNanos entries behind are too young
   */
  KeptPieces(
      Host host, ResultCache cache, Fleet.Read read, List<String> members, long throughNanos) {
    this.host = host;
    this.cache = cache;
    this.read = read;
    this.members = members;
    this.throughNanos = throughNanos;
  }

  @Override
  public long fromNanos() {
    return read.earliestNanos();
  }

  @Override
  public long throughNanos() {
    return throughNanos;
  }

  @Override
  public void run(List<QueryPiece> pieces, List<LabelMatcher> selector, Work work) {
    if (!host.mayBeCalled(pieces.getFirst())) {
      return; // all are of one expression
    }
    List<TimeRange> ranges =
        pieces.stream()
            .map(piece -> new TimeRange(piece.fromNanos(), piece.throughNanos()))
            .toList();
    List<String> versions = host.versions(selector, ranges);
    Map<QueryPiece, PieceCall> calls = new IdentityHashMap<>();
    List<QueryPiece> kept = new ArrayList<>();
    List<String> owners = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      if (!versions.get(i).isEmpty()) {
        PieceCall call = host.call(pieces.get(i), versions.get(i));
        calls.put(pieces.get(i), call);
        kept.add(pieces.get(i));
        owners.add(owner(call));
      }
    }
    read.statistics().resultsRequested.add(kept.size());
    if (!kept.isEmpty()) {
      Function<QueryPiece, PieceCall> callOf = piece -> Objects.requireNonNull(calls.get(piece));
      host.run(new PieceQueue(kept, owners, true), callOf, new Kept(callOf, selector, work));
    }
  }

  /**
   * Returns where a part lies (rendezvous hashing: Thaler and Ravishankar 1998): when a querier
   * comes or goes, only parts of its own move.
   */
  private String owner(PieceCall call) {
    String part =
        String.join(
            "|",
            read.tenants().key(),
            call.query(),
            Long.toString(call.stepNanos()),
            Long.toString(call.startNanos()));
    return members.stream()
        .max(
            Comparator.comparing(
                member -> Fingerprint.of(Labels.of("member", member, "part", part))))
        .orElseThrow();
  }

  /** What becomes of parts that are kept. */
  private final class Kept implements QueryFleet.Work {
    private final Function<QueryPiece, PieceCall> calls;
    private final List<LabelMatcher> selector;
    private final Work work;

    Kept(Function<QueryPiece, PieceCall> calls, List<LabelMatcher> selector, Work work) {
      this.calls = calls;
      this.selector = selector;
      this.work = work;
    }

    @Override
    public void evaluate(QueryPiece piece) {
      PieceCall call = calls.apply(piece);
      TimeRange range = new TimeRange(piece.fromNanos(), piece.throughNanos());
      byte[] values =
          cache.answer(
              call,
              read.statistics(),
              () -> host.version(selector, range),
              () -> work.evaluate(piece));
      work.take(piece, values);
    }

    @Override
    public void take(QueryPiece piece, byte[] answer) {
      work.take(piece, answer);
    }

    @Override
    public boolean isEnough() {
      return false;
    }
  }
}
