package io.skald.logql.engine;

import java.util.concurrent.Executor;

/**
 * Runs the threads of a query beside the calling one, and tells them when to let others go first.
 */
public interface QueryThreads extends Executor {
  /** Called by every thread of a query between two pieces of work; may block for a while. */
  void pause();

  /**
   * Runs {@code wait}, which does nothing but wait for other threads of the query; these may need
   * the processor that the calling thread holds.
   */
  void whileWaiting(Runnable wait);

  /** Returns threads that never pause. */
  static QueryThreads of(Executor executor) {
    return new QueryThreads() {
      @Override
      public void execute(Runnable task) {
        executor.execute(task);
      }

      @Override
      public void pause() {}

      @Override
      public void whileWaiting(Runnable wait) {
        wait.run();
      }
    };
  }
}
