package io.skald.tests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.server.Logging;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short run: fixed seeds. */
class SimulationTest {
  private static final int SEEDS = 6;
  private static final long OWN_SEED = 1000;

  @TempDir Path directory;

  @AfterAll
  static void logAgain() {
    Logging.setLevel("info");
  }

  @Test
  void cluster_anyFaults_losesInventsAndDoublesNothing() throws Exception {
    SimulationRun run = new SimulationRun(directory);

    for (long seed = 1; seed <= SEEDS; seed++) {
      run.run(seed);
    }

    System.out.println("simulation: " + run);
    assertThat(run.faults()).as("kinds of faults").hasSizeGreaterThan(Fault.values().length / 2);
    assertThat(run.entries()).isGreaterThan(500L * SEEDS);
    assertThat(run.pieces()).isPositive();
    assertThat(run.keptResults()).isPositive();
  }

  @Test
  void run_sameSeedAgain_isTheSameToTheLastTurn() throws Exception {
    SimulationRun run = new SimulationRun(directory);

    Simulation.Outcome first = run.run(OWN_SEED);

    assertThat(run.run(OWN_SEED)).isEqualTo(first);
    assertThat(run.run(OWN_SEED + 1).hash()).isNotEqualTo(first.hash());
  }
}
