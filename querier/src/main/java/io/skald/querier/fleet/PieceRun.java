package io.skald.querier.fleet;

import io.skald.common.fleet.PieceCall;
import io.skald.common.fleet.PieceFailedException;
import io.skald.common.fleet.PieceResult;
import io.skald.common.time.Clock;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryFleet;
import io.skald.logql.engine.QueryPiece;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the pieces of one read evaluated: a virtual thread for each other querier takes one at a
 * time, and the read's own thread works too and puts together what comes. Whoever fails once gets
 * no more pieces of the read, and the piece goes to another one; in the end this process is left,
 * which waits for nobody. So a piece is tried as often as there are queriers, at most, and a piece
 * that takes long elsewhere once more.
 */
final class PieceRun {
  private static final Logger log = LoggerFactory.getLogger(PieceRun.class);
  private static final int UNAVAILABLE = 503;

  /** How long a wait for others lasts before it is asked whether the read goes on. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** A piece is late if it takes so many times as long as the longest of those that are done. */
  private static final int LATE_FACTOR = 3;

  private final Fleet.Read read;
  private final List<Fleet.Peer> others;
  private final Function<QueryPiece, PieceCall> calls;
  private final QueryFleet.Work work;
  private final FleetConfig config;
  private final FleetCounters counters;
  private final FailedPeers peers;
  private final Clock clock;
  private final Arrivals<Outcome> outcomes;
  private long longestNanos;

  /** What became of a call. */
  private record Outcome(
      Fleet.Peer peer,
      PieceQueue.Task task,
      @Nullable PieceResult result,
      @Nullable RuntimeException failure) {}

  PieceRun(
      Fleet.Read read,
      List<Fleet.Peer> others,
      Function<QueryPiece, PieceCall> calls,
      QueryFleet.Work work,
      FleetConfig config,
      FleetCounters counters,
      FailedPeers peers,
      Clock clock) {
    this.read = read;
    this.others = others;
    this.calls = calls;
    this.work = work;
    this.config = config;
    this.counters = counters;
    this.peers = peers;
    this.clock = clock;
    this.outcomes = new Arrivals<>(clock);
  }

  /**
   * @throws QueryException if a piece has no answer
   */
  void run(PieceQueue queue, String selfId) {
    List<Thread> threads = new ArrayList<>();
    for (Fleet.Peer peer : others) {
      threads.add(Thread.ofVirtual().name("pieces-" + peer.id()).start(() -> ask(peer, queue)));
    }
    try {
      while (!queue.isFinished() && !work.isEnough()) {
        read.cancellation().check();
        Outcome outcome = outcomes.poll();
        if (outcome != null) {
          take(outcome, queue);
        } else {
          workOrWait(queue, selfId);
        }
      }
    } finally {
      queue.close();
      threads.forEach(Thread::interrupt);
    }
  }

  private void workOrWait(PieceQueue queue, String selfId) {
    PieceQueue.Task own = queue.poll(selfId, clock.monotonicNanos());
    if (own != null) {
      evaluate(own, queue);
      return;
    }
    Outcome outcome = awaitOutcome();
    if (outcome != null) {
      take(outcome, queue);
      return;
    }
    long patience = Math.max(config.lateAfter().toNanos(), LATE_FACTOR * longestNanos);
    PieceQueue.Task late = queue.late(clock.monotonicNanos(), patience);
    if (late != null) {
      counters.latePieces.increment();
      queue.release(late.owner);
      evaluate(late, queue);
    }
  }

  private void evaluate(PieceQueue.Task task, PieceQueue queue) {
    work.evaluate(task.piece);
    counters.ownPieces.increment();
    queue.done(task, clock.monotonicNanos());
  }

  /** Waits without a processor: the others may be of this machine. */
  private @Nullable Outcome awaitOutcome() {
    AtomicReference<@Nullable Outcome> found = new AtomicReference<>();
    AtomicReference<@Nullable InterruptedException> interrupted = new AtomicReference<>();
    read.threads()
        .whileWaiting(() -> {
          try {
            found.set(outcomes.poll(LOOK_NANOS));
          } catch (InterruptedException e) {
            interrupted.set(e);
          }
        });
    if (interrupted.get() != null) {
      Thread.currentThread().interrupt();
      throw new QueryException(UNAVAILABLE, "the query was interrupted");
    }
    return found.get();
  }

  private void take(Outcome outcome, PieceQueue queue) {
    PieceQueue.Task task = outcome.task;
    if (queue.isDone(task)) {
      return; // it was late, and has been evaluated here
    }
    PieceResult result = outcome.result;
    RuntimeException failure = outcome.failure;
    if (result != null) {
      try {
        work.take(task.piece, result.answer());
        new CountedStatistics(read.statistics(), read.reads()).add(result.statistics());
        counters.sentPieces.increment();
        peers.answered(outcome.peer.id());
        longestNanos = Math.max(longestNanos, queue.done(task, clock.monotonicNanos()));
        return;
      } catch (IllegalArgumentException e) {
        failure = e;
      }
    }
    if (failure instanceof PieceFailedException failed && failed.isOfTheQuery()) {
      throw new QueryException(failed.status(), String.valueOf(failed.getMessage()));
    }
    log.debug("a piece of a query failed at querier {} and is given to another", outcome.peer.id());
    counters.failedPieces.increment();
    peers.failed(outcome.peer.id(), clock.monotonicNanos());
    queue.release(outcome.peer.id());
    queue.giveBack(task);
  }

  /** Gives pieces to one querier until it fails, or there are no more. */
  private void ask(Fleet.Peer peer, PieceQueue queue) {
    try {
      if (!queue.isStrict()) { // else the answers may lie there
        clock.sleep(config.shareAfter());
      }
      while (queue.awaitWork(peer.id())) {
        PieceQueue.Task task = queue.poll(peer.id(), clock.monotonicNanos());
        if (task == null) {
          continue;
        }
        Outcome outcome = outcome(peer, task);
        outcomes.add(outcome);
        if (outcome.failure != null) {
          return;
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the read has ended
    }
  }

  private Outcome outcome(Fleet.Peer peer, PieceQueue.Task task) {
    try {
      PieceResult result =
          peer.evaluator()
              .evaluate(
                  calls.apply(task.piece),
                  read.cancellation().remainingNanos(),
                  read.cancellation()::isCancelled);
      return new Outcome(peer, task, result, null);
    } catch (RuntimeException e) {
      return new Outcome(peer, task, null, e);
    }
  }
}
