package io.skald.distributor;

import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Waits until the fate of every batch of a push is decided. Thread-safe. */
final class QuorumWait {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition decided = lock.newCondition();

  /** How many more owners must store each batch. */
  private final int[] missing;

  /** How many more owners may fail for each batch. */
  private final int[] spare;

  private int undecided;
  private final Set<EntryRejection> rejections = new LinkedHashSet<>();
  private @Nullable IngestUnavailableException failure;

  /**
   * @param owners how many ingesters are asked to store each batch, at least {@code quorum}
   */
  QuorumWait(int[] owners, int quorum) {
    missing = new int[owners.length];
    spare = new int[owners.length];
    for (int i = 0; i < owners.length; i++) {
      missing[i] = quorum;
      spare[i] = owners[i] - quorum;
    }
    undecided = owners.length;
  }

  void stored(List<Integer> batches, List<EntryRejection> refused) {
    lock.lock();
    try {
      rejections.addAll(refused);
      for (int batch : batches) {
        if (--missing[batch] == 0) {
          undecided--;
        }
      }
      decided.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void failed(List<Integer> batches, IngestUnavailableException cause) {
    lock.lock();
    try {
      for (int batch : batches) {
        if (--spare[batch] < 0 && failure == null) {
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
