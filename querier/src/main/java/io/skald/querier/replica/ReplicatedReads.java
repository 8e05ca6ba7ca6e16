package io.skald.querier.replica;

import io.skald.common.block.BlockView;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ingest.RecentPatterns;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.logql.engine.QueryException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All ingesters of a ring as one. Calls throw {@link QueryException} when so many fail that the
 * answer might not be whole. An entry that several of them hold is handed out several times.
 * Thread-safe.
 */
public final class ReplicatedReads implements IngesterReads {
  private static final int UNAVAILABLE = 503;
  private static final int TOO_MANY_REQUESTS = 429;

  private final Supplier<Ring> rings;
  private final Function<Instance, IngesterReads> peers;
  private final int replicationFactor;

  /**
   * @param peers gives the client of a ring member; called for every read, so it should remember
   */
  public ReplicatedReads(
      Supplier<Ring> rings, Function<Instance, IngesterReads> peers, int replicationFactor) {
    this.rings = rings;
    this.peers = peers;
    this.replicationFactor = replicationFactor;
  }

  /** What became of the call to one ingester. */
  private record Outcome<A>(
      Instance instance, @Nullable A answer, @Nullable RuntimeException failure) {}

  private record Answer<A>(Instance instance, A content) {}

  /**
   * Asks all ingesters and returns as soon as enough have answered; the rest is broken off.
   *
   * @throws QueryException when too many have failed
   */
  private <A> List<A> ask(Function<IngesterReads, A> question) {
    return answers(question).stream().map(Answer::content).toList();
  }

  /** As {@link #ask}, with who answered. */
  private <A> List<Answer<A>> answers(Function<IngesterReads, A> question) {
    List<Instance> asked =
        rings.get().instances().stream().filter(Instance::mayHoldEntries).toList();
    ReadQuorum quorum = new ReadQuorum(asked, replicationFactor);
    if (asked.isEmpty()) {
      throw new QueryException(UNAVAILABLE, "the ring has no ingester; see /ring");
    }
    BlockingQueue<Outcome<A>> outcomes = new LinkedBlockingQueue<>();
    List<Thread> threads = new ArrayList<>();
    Set<Instance> missing = new HashSet<>(asked);
    Set<Instance> failed = new HashSet<>();
    for (Instance instance : asked) {
      if (instance.healthy()) {
        threads.add(
            Thread.ofVirtual()
                .name("read-" + instance.id())
                .start(() -> outcomes.add(outcome(instance, question))));
      } else {
        failed.add(instance);
      }
    }
    try {
      return collect(quorum, outcomes, missing, failed);
    } finally {
      threads.forEach(Thread::interrupt);
    }
  }

  private <A> Outcome<A> outcome(Instance instance, Function<IngesterReads, A> question) {
    try {
      return new Outcome<>(instance, question.apply(peers.apply(instance)), null);
    } catch (RuntimeException e) {
      return new Outcome<>(instance, null, e);
    }
  }

  private static <A> List<Answer<A>> collect(
      ReadQuorum quorum,
      BlockingQueue<Outcome<A>> outcomes,
      Set<Instance> missing,
      Set<Instance> failed) {
    List<Answer<A>> answers = new ArrayList<>();
    RuntimeException cause = null;
    while (answers.isEmpty() || !quorum.spares(missing)) {
      if (!quorum.spares(failed) || failed.size() == missing.size()) {
        throw tooFew(quorum, failed, cause);
      }
      Outcome<A> outcome = take(outcomes);
      A content = outcome.answer;
      if (content != null) {
        answers.add(new Answer<>(outcome.instance, content));
        missing.remove(outcome.instance);
        continue;
      }
      if (outcome.failure instanceof IngestUnavailableException refusal && isOfTheQuery(refusal)) {
        throw new QueryException(refusal.status(), String.valueOf(refusal.getMessage()));
      }
      failed.add(outcome.instance);
      cause = cause == null ? outcome.failure : cause;
    }
    return answers;
  }

  /** A query that is refused by one is refused by all: it is too large, or malformed. */
  private static boolean isOfTheQuery(IngestUnavailableException refusal) {
    return refusal.status() / 100 == 4 && refusal.status() != TOO_MANY_REQUESTS;
  }

  private static QueryException tooFew(
      ReadQuorum quorum, Set<Instance> failed, @Nullable RuntimeException cause) {
    String text = quorum.tooFew(failed);
    List<String> dead =
        failed.stream().filter(one -> !one.healthy()).map(Instance::id).sorted().toList();
    if (!dead.isEmpty()) {
      text += "; dead by the ring: " + String.join(", ", dead);
    }
    return new QueryException(UNAVAILABLE, cause == null ? text : text + "; " + cause.getMessage());
  }

  private static <A> Outcome<A> take(BlockingQueue<Outcome<A>> outcomes) {
    try {
      return outcomes.take();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new QueryException(UNAVAILABLE, "the query was interrupted");
    }
  }

  /** Blocks of one stream from several ingesters. */
  private record Joined(Labels labels, List<BlockView> blocks, List<Long> chunkIds) {}

  @Override
  public Holdings select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos) {
    Map<Fingerprint, Joined> streams = new LinkedHashMap<>();
    List<FlushedStream> flushed = new ArrayList<>();
    for (Holdings one :
        ask(peer -> peer.select(tenant, matchers, shard, fromNanos, throughNanos))) {
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
      PatternHoldings answer = one.content;
      chunkIds.addAll(answer.inMemory().chunkIds());
      for (RecentPatterns.StreamPatterns stream : answer.inMemory().streams()) {
        streams.add(stream.from(one.instance.id()));
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
      List<Instance> failed = followed.follow();
      List<Instance> all =
          rings.get().instances().stream().filter(Instance::mayHoldEntries).toList();
      ReadQuorum quorum = new ReadQuorum(all, replicationFactor);
      if (!quorum.spares(failed)) {
        throw new QueryException(UNAVAILABLE, quorum.tooFew(failed));
      }
    } catch (RuntimeException e) {
      followed.close();
      throw e;
    }
    followed.start();
    return followed;
  }
}
