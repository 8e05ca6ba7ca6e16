package io.skald.querier.replica;

import io.skald.common.block.BlockView;
import io.skald.common.block.ReadRoom;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ingest.RecentPatterns;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.ring.Instance;
import io.skald.common.ring.RingComparison;
import io.skald.logql.engine.QueryException;
import io.skald.querier.replica.RingQuestion.Answer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * All ingesters of a ring as one. Calls throw {@link QueryException} when so many fail that the
 * answer might not be whole. An entry that several of them hold is handed out several times.
 * Thread-safe.
 */
public final class ReplicatedReads implements IngesterReads {
  private static final int UNAVAILABLE = 503;

  private final ReadRing rings;
  private final BiFunction<Instance, RingComparison, IngesterReads> peers;
  private final int replicationFactor;

  /**
   * @param peers gives the client of a ring member for one question; called for each, so it should
   *     remember what is behind it
   */
  public ReplicatedReads(
      ReadRing rings,
      BiFunction<Instance, RingComparison, IngesterReads> peers,
      int replicationFactor) {
    this.rings = rings;
    this.peers = peers;
    this.replicationFactor = replicationFactor;
  }

  private <A> List<A> ask(Function<IngesterReads, A> question) {
    return answers(question).stream().map(Answer::content).toList();
  }

  /** As {@link #ask}, with who answered. */
  private <A> List<Answer<A>> answers(Function<IngesterReads, A> question) {
    return new RingQuestion<>(rings, peers, replicationFactor, question).ask();
  }

  /** Blocks of one stream from several ingesters. */
  private record Joined(Labels labels, List<BlockView> blocks, List<Long> chunkIds) {}

  @Override
  public Holdings select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos,
      ReadRoom room) {
    SharedRoom shared = new SharedRoom(room);
    List<SharedRoom.Answer<Holdings>> answers = new ArrayList<>();
    try {
      room.whileWaiting(() ->
          answers.addAll(
              ask(peer ->
                  shared.fill(part ->
                      peer.select(tenant, matchers, shard, fromNanos, throughNanos, part)))));
    } finally {
      shared.keepOnly(answers);
    }
    return joined(answers.stream().map(SharedRoom.Answer::content).toList());
  }

  private static Holdings joined(List<Holdings> answers) {
    Map<Fingerprint, Joined> streams = new LinkedHashMap<>();
    List<FlushedStream> flushed = new ArrayList<>();
    for (Holdings one : answers) {
      flushed.addAll(one.flushed());
      for (RecentStream stream : one.inMemory()) {
        Joined joined =
            streams.computeIfAbsent(
                stream.fingerprint(),
                _ -> new Joined(stream.labels(), new ArrayList<>(), new ArrayList<>()));
        joined.blocks.addAll(stream.blocks());
        joined.chunkIds.addAll(stream.chunkIds());
      }
    }
    List<RecentStream> inMemory = new ArrayList<>(streams.size());
    streams.forEach((fingerprint, joined) ->
        inMemory.add(new RecentStream(fingerprint, joined.labels, joined.blocks, joined.chunkIds)));
    return new Holdings(inMemory, flushed);
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    Set<Labels> series = new HashSet<>();
    ask(peer -> peer.series(tenant, matchers, fromNanos, throughNanos)).forEach(series::addAll);
    return series;
  }

  @Override
  public PatternHoldings patterns(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    Set<Long> chunkIds = new HashSet<>();
    List<RecentPatterns.StreamPatterns> streams = new ArrayList<>();
    List<FlushedStream> flushed = new ArrayList<>();
    for (Answer<PatternHoldings> one :
        answers(peer -> peer.patterns(tenant, matchers, fromNanos, throughNanos))) {
      PatternHoldings answer = one.content();
      chunkIds.addAll(answer.inMemory().chunkIds());
      for (RecentPatterns.StreamPatterns stream : answer.inMemory().streams()) {
        streams.add(stream.from(one.instance().id()));
      }
      flushed.addAll(answer.flushed());
    }
    return new PatternHoldings(new RecentPatterns.Found(chunkIds, streams), flushed);
  }

  /**
   * {@inheritDoc} Ingesters that come later, or come back, are followed once they are seen.
   *
   * @throws QueryException if too few can be followed
   */
  @Override
  public Subscription subscribe(TenantId tenant, List<LabelMatcher> matchers, Sink sink) {
    FollowedRing followed =
        new FollowedRing(rings, peer -> peer.subscribe(tenant, matchers, sink), peers);
    try {
      FollowedRing.Round round = followed.follow();
      ReadQuorum quorum = new ReadQuorum(round.members(), replicationFactor);
      if (!quorum.spares(round.failed())) {
        throw new QueryException(UNAVAILABLE, quorum.tooFew(round.failed()));
      }
    } catch (RuntimeException e) {
      followed.close();
      throw e;
    }
    followed.start();
    return followed;
  }
}
