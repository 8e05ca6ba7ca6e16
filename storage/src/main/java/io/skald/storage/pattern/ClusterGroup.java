package io.skald.storage.pattern;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The clusters of one shape and level, those first that took lines last. */
final class ClusterGroup {
  /** The least share of words that lines of one pattern have in common; st in the paper. */
  private static final double MIN_SIMILARITY = 0.5;

  /** With more clusters than this, one word that differs is taken for a value, not a meaning. */
  private static final int MANY = 24;

  private final List<Cluster> clusters = new ArrayList<>(1);

  void add(Cluster cluster) {
    clusters.addFirst(cluster);
  }

  /** Returns whether the group is empty now. */
  boolean remove(Cluster cluster) {
    clusters.remove(cluster);
    return clusters.isEmpty();
  }

  /** Returns the cluster for a line, made more general if need be, or null if none is near. */
  @Nullable Cluster find(LineTokens tokens) {
    for (int i = 0; i < clusters.size(); i++) {
      Cluster cluster = clusters.get(i);
      if (cluster.comparable(tokens) && cluster.matches(tokens)) {
        moveForward(i);
        return cluster;
      }
    }
    return nearest(tokens);
  }

  private void moveForward(int index) {
    if (index > 0) {
      clusters.set(index, clusters.set(index - 1, clusters.get(index)));
    }
  }

  private @Nullable Cluster nearest(LineTokens tokens) {
    Cluster best = null;
    long bestDifferences = 0;
    double bestSimilarity = -1;
    for (Cluster cluster : clusters) {
      long differences = cluster.comparable(tokens) ? cluster.differences(tokens) : -1;
      if (differences != -1) {
        double similarity = cluster.similarity(differences);
        boolean near =
            similarity >= MIN_SIMILARITY
                || (clusters.size() > MANY && Long.bitCount(differences) == 1);
        if (near && similarity > bestSimilarity) {
          best = cluster;
          bestDifferences = differences;
          bestSimilarity = similarity;
        }
      }
    }
    if (best != null) {
      best.generalise(bestDifferences);
    }
    return best;
  }
}
