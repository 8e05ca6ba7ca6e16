package io.skald.tests.oracle;

import io.skald.logql.engine.EngineLimits;
import io.skald.logql.engine.QueryEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The long run: seed after seed for a time, over hand-cut blocks and, every few seeds, through a
 * real ingester, store and index.
 *
 * <p>{@code java ... io.skald.tests.oracle.OracleRun SECONDS FIRST_SEED}
 */
final class OracleRun {
  private static final int MAX_FAILURES = 20;
  private static final int SEEDS_PER_STACK = 10;

  /** Then a new one is made, or its memory and index grow without end. */
  private static final int SEEDS_OF_ONE_STACK = 5000;

  private OracleRun() {}

  public static void main(String[] args) throws IOException {
    long seconds = Long.parseLong(args[0]);
    long first = Long.parseLong(args[1]);
    long start = System.nanoTime();
    long nextReport = 60;
    long same = 0;
    long undecided = 0;
    int failures = 0;
    long seed = first;
    @Nullable Stack stack = null;
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      QueryEngine engine = new QueryEngine(EngineLimits.defaults(), executor, 3);
      while (elapsedSeconds(start) < seconds && failures < MAX_FAILURES) {
        Round round = new Round(seed, engine);
        try {
          round.run();
          round.runLaws();
          if (seed % SEEDS_PER_STACK == 0) {
            stack = stack == null || seed % SEEDS_OF_ONE_STACK == 0 ? renewed(stack) : stack;
            round.run(stack);
            round.runLaws(stack);
          }
        } catch (AssertionError e) {
          failures++;
          System.out.println("FAILED " + e.getMessage());
        }
        same += round.same;
        undecided += round.undecided;
        seed++;
        if (elapsedSeconds(start) >= nextReport) {
          nextReport += 60;
          report("so far", start, seed - first, same, undecided, failures);
        }
      }
    }
    report("end", start, seed - first, same, undecided, failures);
    System.exit(failures == 0 ? 0 : 1);
  }

  private static Stack renewed(@Nullable Stack old) throws IOException {
    if (old != null) {
      old.close();
    }
    return new Stack(Files.createTempDirectory("skald-oracle"));
  }

  private static long elapsedSeconds(long start) {
    return Duration.ofNanos(System.nanoTime() - start).toSeconds();
  }

  private static void report(
      String when, long start, long seeds, long same, long undecided, int failures) {
    System.out.printf(
        "%s: %d s, %d seeds, %d comparisons equal, %d undecided, %d failed%n",
        when, elapsedSeconds(start), seeds, same, undecided, failures);
  }
}
