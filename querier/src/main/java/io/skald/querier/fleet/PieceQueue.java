package io.skald.querier.fleet;

import io.skald.logql.engine.QueryPiece;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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
    private State state = State.WAITING; // guarded by the lock
    private long sinceNanos; // guarded by the lock

    private Task(QueryPiece piece, String owner) {
      this.piece = piece;
      this.owner = owner;
    }
  }

  private final List<Task> tasks = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final boolean strict;
  private final Set<String> released = new HashSet<>(); // guarded by the lock
  private int missing; // guarded by the lock
  private boolean closed; // guarded by the lock

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

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  private void change(Runnable change) {
    locked(() -> {
      change.run();
      changed.signalAll();
      return true;
    });
  }

  /** Lets everybody take the pieces that are meant for a member. */
  void release(String member) {
    change(() -> released.add(member));
  }

  private boolean mayTake(Task task, String member) {
    return task.state == State.WAITING
        && (!strict || task.owner.equals(member) || released.contains(task.owner));
  }

  /** Takes a piece that waits; null if there is none for this member. */
  @Nullable Task poll(String member, long nowNanos) {
    return locked(() -> {
      Task taken = closed ? null : next(member);
      if (taken != null) {
        taken.state = State.UNDER_WAY;
        taken.sinceNanos = nowNanos;
      }
      return taken;
    });
  }

  private @Nullable Task next(String member) {
    Task first = null;
    for (Task task : tasks) {
      if (mayTake(task, member)) {
        if (task.owner.equals(member)) {
          return task;
        }
        first = first == null ? task : first;
      }
    }
    return first;
  }

  /** Waits until nothing more is to be done, or a piece waits that the member could take. */
  boolean awaitWork(String member) throws InterruptedException {
    lock.lock();
    try {
      while (!closed && missing > 0) {
        if (tasks.stream().anyMatch(task -> mayTake(task, member))) {
          return true;
        }
        changed.await();
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the piece that has been under way for longest, and for at least so long. */
  @Nullable Task late(long nowNanos, long afterNanos) {
    return locked(() -> {
      Task latest = null;
      for (Task task : tasks) {
        if (task.state == State.UNDER_WAY
            && nowNanos - task.sinceNanos >= afterNanos
            && (latest == null || task.sinceNanos < latest.sinceNanos)) {
          latest = task;
        }
      }
      return latest;
    });
  }

  boolean isDone(Task task) {
    return locked(() -> task.state == State.DONE);
  }

  /** Returns how long it was under way. */
  long done(Task task, long nowNanos) {
    return locked(() -> {
      if (task.state != State.DONE) {
        task.state = State.DONE;
        missing--;
        changed.signalAll();
      }
      return nowNanos - task.sinceNanos;
    });
  }

  /** Has a piece taken by somebody else, unless it is done. */
  void giveBack(Task task) {
    change(() -> {
      if (task.state == State.UNDER_WAY) {
        task.state = State.WAITING;
      }
    });
  }

  boolean isFinished() {
    return locked(() -> missing == 0);
  }

  /** Lets nobody take or wait any more. */
  void close() {
    change(() -> closed = true);
  }
}
