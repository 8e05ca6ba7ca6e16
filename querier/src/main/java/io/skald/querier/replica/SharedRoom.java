package io.skald.querier.replica;

import io.skald.common.block.ReadRoom;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The room of a read that several ingesters fill at a time, some of them in vain: what was taken
 * for answers that nobody uses is given back, and those that still come take nothing more.
 * Thread-safe.
 */
final class SharedRoom {
  private final ReadRoom room;
  private final Set<Part> parts = new HashSet<>(); // guarded by this
  private boolean closed; // guarded by this

  SharedRoom(ReadRoom room) {
    this.room = room;
  }

  /** An answer, and the room that it takes. */
  record Answer<A>(A content, Object part) {}

  /** Has an answer made that takes room; what it took until it failed is given back. */
  <A> Answer<A> fill(Function<ReadRoom, A> answer) {
    Part part = new Part();
    synchronized (this) {
      if (closed) {
        throw unused();
      }
      parts.add(part);
    }
    try {
      return new Answer<>(answer.apply(part), part);
    } catch (RuntimeException | Error e) {
      part.close();
      throw e;
    }
  }

  /** Gives back what other answers took. */
  void keepOnly(Collection<? extends Answer<?>> answers) {
    List<Part> others;
    synchronized (this) {
      closed = true;
      answers.forEach(answer -> parts.remove(answer.part()));
      others = List.copyOf(parts);
    }
    others.forEach(Part::close);
  }

  private static IllegalStateException unused() {
    return new IllegalStateException("the read does not wait for this answer any more");
  }

  /** Of one ingester. */
  private final class Part implements ReadRoom {
    private long taken; // guarded by this
    private boolean unused; // guarded by this

    @Override
    public synchronized void take(long bytes) {
      if (unused) {
        throw SharedRoom.unused();
      }
      room.take(bytes);
      taken += bytes;
    }

    @Override
    public synchronized void release(long bytes) {
      if (!unused) {
        taken -= bytes;
        room.release(bytes);
      }
    }

    @Override
    public void entriesBetween(long fromNanos, long throughNanos) {
      room.entriesBetween(fromNanos, throughNanos);
    }

    @Override
    public void check() {
      room.check();
    }

    @Override
    public void whileWaiting(Runnable wait) {
      room.whileWaiting(wait);
    }

    synchronized void close() {
      release(taken);
      unused = true;
    }
  }
}
