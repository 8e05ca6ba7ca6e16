package io.skald.querier.replica;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ring.Instance;
import io.skald.common.ring.RingComparison;
import io.skald.logql.engine.QueryException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One question to all ingesters. Confined to the thread that asks it; each ingester is called by a
 * thread of its own.
 *
 * <p>Who "all" are is known by the ring of this process and by those of the ingesters that answer:
 * each tells of the members that it was not named, these are asked as well, and the answer is whole
 * by the quorum over the union. So one view that is up to date among those that answer is enough to
 * see every acknowledged entry. It also tells whether it has seen a member leave that the reader
 * need not have seen. A member that is told of and does not answer counts as missing, like any
 * other, also if it has left and whoever told of it does not know that yet. It could be passed over
 * if this process has seen it leave, as the index is listed again then; but whether it has come
 * back since is just what a view that is behind does not show, and the wrong choice loses entries
 * without a word. To count it costs a refused read at most, and only until the one that tells of it
 * sees it leave: milliseconds, or, where that one is cut off from the store of the ring, until it
 * is itself dead by the ring.
 *
 * @param <A> what is answered
 */
final class RingQuestion<A> {
  private static final int UNAVAILABLE = 503;
  private static final int TOO_MANY_REQUESTS = 429;

  private final ReadRing rings;
  private final BiFunction<Instance, RingComparison, IngesterReads> peers;
  private final int replicationFactor;
  private final Function<IngesterReads, A> question;

  private final Map<String, Instance> known = new LinkedHashMap<>();
  private final Set<String> told = new HashSet<>();
  private final Set<Instance> missing = new HashSet<>();
  private final Set<Instance> failed = new HashSet<>();
  private final List<Answer<A>> answers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final BlockingQueue<Event<A>> events = new LinkedBlockingQueue<>();
  private @Nullable RuntimeException cause;

  /** An answer, and who gave it. */
  record Answer<A>(Instance instance, A content) {}

  /** What comes of the calls; of one ingester in this order. */
  private sealed interface Event<A> {
    record Told<A>(List<Instance> members) implements Event<A> {}

    record Departed<A>(Instance instance, long number) implements Event<A> {}

    record Answered<A>(Answer<A> answer) implements Event<A> {}

    record Failed<A>(Instance instance, RuntimeException failure) implements Event<A> {}
  }

  /** To be asked once. */
  RingQuestion(
      ReadRing rings,
      BiFunction<Instance, RingComparison, IngesterReads> peers,
      int replicationFactor,
      Function<IngesterReads, A> question) {
    this.rings = rings;
    this.peers = peers;
    this.replicationFactor = replicationFactor;
    this.question = question;
  }

  /**
   * Returns as soon as enough have answered; the rest is broken off.
   *
   * @throws QueryException when too many have failed
   */
  List<Answer<A>> ask() {
    List<Instance> own = rings.get().holders();
    if (own.isEmpty()) {
      throw new QueryException(UNAVAILABLE, "the ring has no ingester; see /ring");
    }
    try {
      ReadQuorum quorum = widen(own);
      while (answers.isEmpty() || !quorum.spares(missing)) {
        if (!quorum.spares(failed) || failed.size() == missing.size()) {
          throw tooFew(quorum);
        }
        switch (next()) {
          case Event.Told<A>(List<Instance> members) -> quorum = toldOf(members);
          case Event.Departed<A>(Instance instance, long number) ->
              rings.departed(instance.id(), number);
          case Event.Answered<A>(Answer<A> answer) -> {
            answers.add(answer);
            missing.remove(answer.instance);
          }
          case Event.Failed<A>(Instance instance, RuntimeException failure) ->
              fail(instance, failure);
        }
      }
      rings.toldAll(told);
      return answers;
    } finally {
      threads.forEach(Thread::interrupt);
    }
  }

  /** Asks members that an ingester told of. */
  private ReadQuorum toldOf(List<Instance> members) {
    members.stream().map(Instance::id).filter(id -> !known.containsKey(id)).forEach(told::add);
    rings.told(told);
    return widen(members);
  }

  /** Asks those that were not known; returns the quorum with them. */
  private ReadQuorum widen(Collection<Instance> members) {
    List<Instance> fresh =
        members.stream().filter(member -> known.putIfAbsent(member.id(), member) == null).toList();
    Set<String> named = Set.copyOf(known.keySet());
    missing.addAll(fresh);
    for (Instance instance : fresh) {
      if (instance.healthy()) {
        threads.add(
            Thread.ofVirtual()
                .name("read-" + instance.id())
                .start(() -> events.add(call(instance, named))));
      } else {
        failed.add(instance);
      }
    }
    return new ReadQuorum(known.values(), replicationFactor);
  }

  private Event<A> call(Instance instance, Set<String> named) {
    RingComparison comparison =
        new RingComparison(
            named,
            told -> events.add(new Event.Told<>(told)),
            number -> events.add(new Event.Departed<>(instance, number)));
    try {
      A content = question.apply(peers.apply(instance, comparison));
      return new Event.Answered<>(new Answer<>(instance, content));
    } catch (RuntimeException e) {
      return new Event.Failed<>(instance, e);
    }
  }

  private void fail(Instance instance, RuntimeException failure) {
    if (failure instanceof QueryException ofTheRead) {
      throw ofTheRead; // of this process, which has no room for the answer
    }
    if (failure instanceof IngestUnavailableException refusal && isOfTheQuery(refusal)) {
      throw new QueryException(refusal.status(), String.valueOf(refusal.getMessage()));
    }
    failed.add(instance);
    cause = cause == null ? failure : cause;
  }

  /** A query that is refused by one is refused by all: it is too large, or malformed. */
  private static boolean isOfTheQuery(IngestUnavailableException refusal) {
    return refusal.status() / 100 == 4 && refusal.status() != TOO_MANY_REQUESTS;
  }

  private QueryException tooFew(ReadQuorum quorum) {
    String text = quorum.tooFew(failed);
    List<String> dead =
        failed.stream().filter(one -> !one.healthy()).map(Instance::id).sorted().toList();
    if (!dead.isEmpty()) {
      text += "; dead by the ring: " + String.join(", ", dead);
    }
    RuntimeException first = cause;
    return new QueryException(UNAVAILABLE, first == null ? text : text + "; " + first.getMessage());
  }

  private Event<A> next() {
    try {
      return events.take();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new QueryException(UNAVAILABLE, "the query was interrupted");
    }
  }
}
