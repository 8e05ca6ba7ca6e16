package io.skald.distributor;

import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the fate of every batch of a push is decided: stored by enough of its owners, who are
 * in enough zones, or by too few. Thread-safe.
 */
final class QuorumWait {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition decided = lock.newCondition();

  private final int quorum;
  private final List<Copies> batches = new ArrayList<>();
  private int undecided;
  private final Set<EntryRejection> rejections = new LinkedHashSet<>();
  private @Nullable IngestUnavailableException failure;

  /** What has become of the copies of one batch. */
  private static final class Copies {
    final int minZones;
    final List<String> awaited;
    final Set<String> zones = new HashSet<>();
    int stored;

    Copies(List<String> owners, int minZones) {
      this.awaited = new ArrayList<>(owners);
      this.minZones = minZones;
    }

    boolean isEnough(int quorum) {
      return stored >= quorum && zones.size() >= minZones;
    }

    boolean canBeEnough(int quorum) {
      Set<String> reached = new HashSet<>(zones);
      reached.addAll(awaited);
      return stored + awaited.size() >= quorum && reached.size() >= minZones;
    }
  }

  /**
   * @param owners for each batch the zones of the ingesters that are asked to store it, at least
   *     {@code quorum}; as many as are distinct of them must be reached, but no more than {@code
   *     minZones}
   */
  QuorumWait(List<List<String>> owners, int quorum, int minZones) {
    this.quorum = quorum;
    for (List<String> zones : owners) {
      batches.add(new Copies(zones, Math.min(minZones, (int) zones.stream().distinct().count())));
    }
    undecided = owners.size();
  }

  /**
   * @param zone of the ingester that has stored them
   */
  void stored(List<Integer> indexes, String zone, List<EntryRejection> refused) {
    lock.lock();
    try {
      rejections.addAll(refused);
      for (int index : indexes) {
        Copies copies = batches.get(index);
        boolean decidedBefore = copies.isEnough(quorum);
        copies.awaited.remove(zone);
        copies.zones.add(zone);
        copies.stored++;
        if (!decidedBefore && copies.isEnough(quorum)) {
          undecided--;
        }
      }
      decided.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * @param zone of the ingester that has not
   */
  void failed(List<Integer> indexes, String zone, IngestUnavailableException cause) {
    lock.lock();
    try {
      for (int index : indexes) {
        Copies copies = batches.get(index);
        copies.awaited.remove(zone);
        if (!copies.canBeEnough(quorum) && failure == null) {
          failure = cause;
        }
      }
      decided.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * @return what was refused by those that answered so far
   * @throws IngestUnavailableException as soon as a batch cannot reach its quorum any more
   */
  List<EntryRejection> await() {
    lock.lock();
    try {
      while (undecided > 0 && failure == null) {
        decided.await();
      }
      if (failure != null) {
        throw failure;
      }
      return new ArrayList<>(rejections);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IngestUnavailableException(503, "the server is stopping; send the push again", e);
    } finally {
      lock.unlock();
    }
  }
}
