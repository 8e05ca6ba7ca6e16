package io.skald.querier.fleet;

import io.skald.logql.engine.QueryPiece;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pieces of a read that are to be evaluated. Everybody takes those meant for him first, so that
 * the same query finds its data in the same caches again, then those of others; where answers lie
 * in the cache of one, only when he is slow or fails. Thread-safe.
 */
final class PieceQueue {
  /** Where a piece stands. */
  private enum State {
    WAITING,
    UNDER_WAY,
    DONE
  }

  /** A piece on its way. */
  static final class Task {
    final QueryPiece piece;
    final String owner;
    private State state = State.WAITING; // guarded by the queue
    private long sinceNanos; // guarded by the queue

    private Task(QueryPiece piece, String owner) {
      this.piece = piece;
      this.owner = owner;
    }
  }

  private final List<Task> tasks = new ArrayList<>();
  private final boolean strict;
  private final Set<String> released = new HashSet<>(); // guarded by this
  private int missing; // guarded by this
  private boolean closed; // guarded by this

  /**
   * @param owners whom each piece is meant for
   * @param strict whether others get it only behind {@link #release}
   */
  PieceQueue(List<QueryPiece> pieces, List<String> owners, boolean strict) {
    this.strict = strict;
    for (int i = 0; i < pieces.size(); i++) {
      tasks.add(new Task(pieces.get(i), owners.get(i)));
    }
    missing = tasks.size();
  }

  /** Returns whether others get a piece only behind {@link #release}. */
  boolean isStrict() {
    return strict;
  }

  /** Lets everybody take the pieces that are meant for a member. */
  synchronized void release(String member) {
    released.add(member);
    notifyAll();
  }

  private boolean mayTake(Task task, String member) {
    return task.state == State.WAITING
        && (!strict || task.owner.equals(member) || released.contains(task.owner));
  }

  /** Takes a piece that waits; null if there is none for this member. */
  synchronized @Nullable Task poll(String member, long nowNanos) {
    Task taken = null;
    for (Task task : tasks) {
      if (mayTake(task, member)) {
        if (task.owner.equals(member)) {
          taken = task;
          break;
        }
        taken = taken == null ? task : taken;
      }
    }
    if (taken != null && !closed) {
      taken.state = State.UNDER_WAY;
      taken.sinceNanos = nowNanos;
      return taken;
    }
    return null;
  }

  /** Waits until nothing more is to be done, or a piece waits that the member could take. */
  synchronized boolean awaitWork(String member) throws InterruptedException {
    while (!closed && missing > 0) {
      if (tasks.stream().anyMatch(task -> mayTake(task, member))) {
        return true;
      }
      wait();
    }
    return false;
  }

  /** Returns the piece that has been under way for longest, and for at least so long. */
  synchronized @Nullable Task late(long nowNanos, long afterNanos) {
    Task latest = null;
    for (Task task : tasks) {
      if (task.state == State.UNDER_WAY
          && nowNanos - task.sinceNanos >= afterNanos
          && (latest == null || task.sinceNanos < latest.sinceNanos)) {
        latest = task;
      }
    }
    return latest;
  }

  synchronized boolean isDone(Task task) {
    return task.state == State.DONE;
  }

  /** Returns how long it was under way. */
  synchronized long done(Task task, long nowNanos) {
    if (task.state != State.DONE) {
      task.state = State.DONE;
      missing--;
      notifyAll();
    }
    return nowNanos - task.sinceNanos;
  }

  /** Has a piece taken by somebody else, unless it is done. */
  synchronized void giveBack(Task task) {
    if (task.state == State.UNDER_WAY) {
      task.state = State.WAITING;
      notifyAll();
    }
  }

  synchronized boolean isFinished() {
    return missing == 0;
  }

  /** Lets nobody take or wait any more. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
