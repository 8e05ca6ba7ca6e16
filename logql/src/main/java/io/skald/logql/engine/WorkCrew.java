package io.skald.logql.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Works off numbered units in parallel. The calling thread is one of the workers, so that a query
 * makes progress even when the executor has no thread free; workers that the executor starts late
 * find nothing to do.
 *
 * <p>Units are handed out in ascending order. When one fails, no further ones are started, those
 * with a lower number are finished, and the failure with the lowest number is thrown: which error a
 * query reports does not depend on the threads.
 */
final class WorkCrew {
  private final QueryThreads threads;
  private final int parallelism;

  WorkCrew(QueryThreads threads, int parallelism) {
    this.threads = threads;
    this.parallelism = parallelism;
  }

  /** The work on one unit with the state of one worker. */
  @FunctionalInterface
  interface Task<W> {
    void run(W worker, int unit);
  }

  /**
   * Runs {@code task} for each unit in {@code [0, units)}.
   *
   * @param newWorker makes the state of a worker; one worker works on one unit at a time, in
   *     ascending order
   * @return the states of all workers, in no particular order; at least one
   */
  <W> List<W> run(int units, Supplier<W> newWorker, Task<W> task) {
    Run<W> run = new Run<>(units, newWorker, task);
    int helpers = Math.min(parallelism, units) - 1;
    for (int i = 0; i < helpers; i++) {
      try {
        threads.execute(run::helper);
      } catch (RejectedExecutionException e) {
        break; // a saturated executor: the caller does the work alone
      }
    }
    run.work();
    run.close();
    threads.whileWaiting(run::awaitHelpers);
    return run.outcome();
  }

  private static final class Run<W> {
    /** Stands for the making of a worker, before the first unit. */
    private static final int NO_UNIT = -1;

    private final int units;
    private final Supplier<W> newWorker;
    private final Task<W> task;
    private final List<W> workers = new ArrayList<>(); // guarded by this
    private int next; // guarded by this
    private int running; // guarded by this
    private boolean closed; // guarded by this
    private @Nullable Throwable failure; // guarded by this
    private int failedUnit = Integer.MAX_VALUE; // guarded by this

    Run(int units, Supplier<W> newWorker, Task<W> task) {
      this.units = units;
      this.newWorker = newWorker;
      this.task = task;
    }

    void helper() {
      synchronized (this) {
        if (closed) {
          return;
        }
        running++;
      }
      try {
        work();
      } finally {
        synchronized (this) {
          running--;
          notifyAll();
        }
      }
    }

    void work() {
      int unit = NO_UNIT;
      try {
        W worker = newWorker.get();
        synchronized (this) {
          workers.add(worker);
        }
        for (unit = take(); unit < units; unit = take()) {
          task.run(worker, unit);
        }
      } catch (RuntimeException | Error e) {
        fail(unit, e);
      }
    }

    private synchronized int take() {
      return failure == null && next < units ? next++ : units;
    }

    private synchronized void fail(int unit, Throwable e) {
      if (unit < failedUnit) {
        failedUnit = unit;
        failure = e;
      }
    }

    /** Keeps helpers that have not started yet from starting. */
    synchronized void close() {
      closed = true;
    }

    synchronized void awaitHelpers() {
      boolean interrupted = false;
      while (running > 0) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true; // the helpers still write to their states
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    synchronized List<W> outcome() {
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
      return workers;
    }
  }
}
