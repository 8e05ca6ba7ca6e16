package io.skald.tests.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.logql.engine.EngineLimits;
import io.skald.logql.engine.QueryEngine;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short run: fixed seeds. */
class OracleTest {
  @Test
  void engine_overCutBlocks_equalsOracle() {
    run(1500, Round::run);
  }

  @Test
  void engine_overIngesterAndStore_equalsOracle(@TempDir Path directory) {
    try (Stack stack = new Stack(directory)) {
      run(150, round -> round.run(stack));
    }
  }

  @Test
  void answers_evaluatedInPieces_equalThoseEvaluatedAtOnce() {
    int pieces = 0;
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      QueryEngine engine = new QueryEngine(EngineLimits.defaults(), executor, 3);
      for (long seed = 1; seed <= 700; seed++) {
        Round round = new Round(seed, engine);
        round.runPieces();
        pieces += round.pieces;
      }
    }
    System.out.printf("oracle: %d pieces evaluated apart%n", pieces);
    assertThat(pieces).isGreaterThan(10_000);
  }

  @Test
  void answers_overCutBlocks_obeyLaws() {
    run(300, Round::runLaws);
  }

  @Test
  void answers_overIngesterAndStore_obeyLaws(@TempDir Path directory) {
    try (Stack stack = new Stack(directory)) {
      run(60, round -> round.runLaws(stack));
    }
  }

  private static void run(int seeds, Consumer<Round> comparison) {
    int same = 0;
    int undecided = 0;
    try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
      QueryEngine engine = new QueryEngine(EngineLimits.defaults(), executor, 3);
      for (long seed = 1; seed <= seeds; seed++) {
        Round round = new Round(seed, engine);
        comparison.accept(round);
        same += round.same;
        undecided += round.undecided;
      }
    }
    System.out.printf("oracle: %d comparisons equal, %d undecided%n", same, undecided);
    assertThat(same).isGreaterThan(5 * seeds);
    assertThat(undecided).as("most queries must be decided").isLessThan(same / 4);
  }
}
