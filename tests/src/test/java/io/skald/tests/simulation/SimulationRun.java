package io.skald.tests.simulation;

import io.skald.server.Logging;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs one seed after the other, and stops at the first that fails. Its arguments are how many
 * seeds, the first one, and a folder; docs/development.md has the command.
 */
final class SimulationRun {
  private static final int TOLD_EVERY = 100;

  private final Path directory;
  private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private int seeds;
  private long turns;
  private long pushes;
  private long refusedPushes;
  private long entries;
  private long reads;
  private long refusedReads;
  private long pieces;
  private long keptResults;
  private long compactedChunks;

  /**
   * @param directory for what is on real disks; what is put there is deleted again
   */
  SimulationRun(Path directory) {
    this.directory = directory;
    Logging.setLevel("off");
  }

  /** Runs a seed, and returns its outcome. */
  Simulation.Outcome run(long seed) throws IOException {
    Path own = Files.createDirectories(directory.resolve("seed-" + seed));
    try {
      Simulation.Outcome outcome = Simulation.run(seed, own);
      add(outcome);
      return outcome;
    } finally {
      delete(own);
    }
  }

  private void add(Simulation.Outcome outcome) {
    seeds++;
    turns += outcome.turns();
    pushes += outcome.pushes();
    refusedPushes += outcome.refusedPushes();
    entries += outcome.entries();
    reads += outcome.reads();
    refusedReads += outcome.refusedReads();
    pieces += outcome.pieces();
    keptResults += outcome.keptResults();
    compactedChunks += outcome.compactedChunks();
    outcome.faults().forEach((fault, count) -> faults.merge(fault, count, Integer::sum));
  }

  private static void delete(Path root) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(root)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }

  int seeds() {
    return seeds;
  }

  long entries() {
    return entries;
  }

  /** Returns how many pieces of queries were evaluated by another querier. */
  long pieces() {
    return pieces;
  }

  long keptResults() {
    return keptResults;
  }

  Map<Fault, Integer> faults() {
    return faults;
  }

  @Override
  public String toString() {
    return ("%d seeds, %,d turns of threads; %,d pushes (%,d refused), %,d entries acknowledged;"
            + " %,d reads (%,d refused), %,d pieces of them elsewhere, %,d kept results; %,d chunks"
            + " compacted; faults: %s")
        .formatted(
            seeds,
            turns,
            pushes,
            refusedPushes,
            entries,
            reads,
            refusedReads,
            pieces,
            keptResults,
            compactedChunks,
            faults);
  }

  public static void main(String[] args) throws IOException {
    int count = Integer.parseInt(args[0]);
    long first = Long.parseLong(args[1]);
    SimulationRun run = new SimulationRun(Path.of(args[2]));
    for (long seed = first; seed < first + count; seed++) {
      Simulation.Outcome outcome = run.run(seed);
      if (count < TOLD_EVERY) {
        System.out.printf("seed %d: %016x%n", seed, outcome.hash());
      } else if (run.seeds() % TOLD_EVERY == 0) {
        System.out.println(run);
      }
    }
    System.out.println(run);
  }
}
