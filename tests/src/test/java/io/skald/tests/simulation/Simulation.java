package io.skald.tests.simulation;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * One run of a cluster by a seed: writers push and readers read while faults happen, then all is
 * well again, and everything must be found, also once it is flushed and compacted.
 */
final class Simulation {
  private Simulation() {}

  /**
   * What happened.
   *
   * @param hash equal for two runs that did the same
   * @param turns of threads
   * @param entries acknowledged
   * @param refusedReads reads that had no answer, as must be while too much is away
   * @param pieces of queries that a querier evaluated for another one
   * @param keptResults parts of metric queries that were found among those that are kept
   */
  record Outcome(
      long hash,
      long turns,
      int pushes,
      int refusedPushes,
      int entries,
      int reads,
      int refusedReads,
      long pieces,
      long keptResults,
      long compactedChunks,
      Map<Fault, Integer> faults) {
    Outcome {
      faults = Map.copyOf(faults);
    }
  }

  /**
   * Runs a seed.
   *
   * @param directory empty; left for the caller to delete
   * @throws AssertionError if something is wrong; it tells the seed and what happened
   */
  static Outcome run(long seed, Path directory) {
    World world = new World(seed);
    try (Surroundings around = new Surroundings(world, directory)) {
      Cluster cluster = new Cluster(around);
      Load load = new Load(cluster);
      Chaos chaos = new Chaos(cluster);
      Host control = new Host(world, "control");
      Thread main = control.start("main", () -> play(cluster, load, chaos));
      world.run(() -> main.getState() == Thread.State.TERMINATED);
      return new Outcome(
          world.hash(),
          world.turns(),
          load.pushes(),
          load.refusedPushes(),
          load.entries(),
          load.reads(),
          load.refusedReads(),
          cluster.queriers().stream().mapToLong(QuerierNode::servedPieces).sum(),
          cluster.queriers().stream().mapToLong(QuerierNode::keptResults).sum(),
          cluster.compactors().stream().mapToLong(CompactorNode::mergedChunks).sum(),
          new EnumMap<>(chaos.faults()));
    }
  }

  private static void play(Cluster cluster, Load load, Chaos chaos) throws InterruptedException {
    cluster.start();
    load.start();
    chaos.run();
    cluster.heal();
    load.end();
    // Or a querier could hear of the last delete between the two answers that are compared.
    cluster.pause(QuerierNode.DELETES_REFRESH.toNanos() + Cluster.SECOND_NANOS);
    load.checkAll("when all is well again");
    cluster.flush();
    load.checkAll("when all is flushed");
    load.read(12 * Cluster.MINUTE_NANOS);
    load.checkAll("when all is compacted");
    cluster.close();
  }
}
