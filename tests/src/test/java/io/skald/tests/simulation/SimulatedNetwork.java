package io.skald.tests.simulation;

import io.skald.common.block.StorageException;
import io.skald.common.fleet.PieceFailedException;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.logql.engine.QueryException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries calls from host to host: each request and each answer takes a time of its own, so that
 * they overtake each other, and may get lost; hosts may be cut off from one another.
 */
final class SimulatedNetwork {
  private static final int UNAVAILABLE = 503;
  private static final long MICRO = TimeUnit.MICROSECONDS.toNanos(1);

  private final World world;
  private final Set<String> cuts = new HashSet<>();
  private int lossPercent;
  private long slowNanos = 2000 * MICRO;

  SimulatedNetwork(World world) {
    this.world = world;
  }

  /** Whoever calls another host, and what comes back. */
  private static final class Call<T> {
    final Thread caller = Thread.currentThread();
    @Nullable T answer;
    @Nullable RuntimeException failure;
    boolean ended;

    void end(@Nullable T result, @Nullable RuntimeException cause) {
      if (!ended) {
        answer = result;
        failure = cause;
        ended = true;
        LockSupport.unpark(caller);
      }
    }
  }

  /** Sets how many of a hundred messages get lost, and how long one takes at most. */
  void weather(int percentLost, Duration slowest) {
    lossPercent = percentLost;
    slowNanos = slowest.toNanos();
  }

  void cut(String one, String other) {
    cuts.add(link(one, other));
  }

  void heal() {
    cuts.clear();
  }

  /** Returns whether messages pass between two hosts. */
  boolean reaches(Host one, Host other) {
    return !one.isDead()
        && !other.isDead()
        && !cuts.contains(link(one.toString(), other.toString()));
  }

  private static String link(String one, String other) {
    return one.compareTo(other) < 0 ? one + " " + other : other + " " + one;
  }

  private long travelNanos() {
    return world.between(20 * MICRO, slowNanos);
  }

  private boolean isLost() {
    return world.random().nextInt(100) < lossPercent;
  }

  /**
   * Calls a handler at another host, in a thread of that; the calling thread waits.
   *
   * @param target looked up when the request arrives; null if nobody listens there
   * @param timeout after which the caller gives up; the handler does not hear of it
   * @throws IngestUnavailableException if there is no answer in time; the handler may have run
   */
  <T> T call(
      Host from,
      Supplier<@Nullable Host> target,
      String name,
      Duration timeout,
      Supplier<T> handler) {
    Call<T> call = new Call<>();
    world.after(travelNanos(), () -> arrive(call, from, target.get(), name, handler));
    World.Timer giveUp =
        world.after(timeout.toNanos(), () -> call.end(null, unavailable(name, "timed out")));
    while (!call.ended) {
      LockSupport.park();
      if (!call.ended && Thread.interrupted()) {
        Thread.currentThread().interrupt();
        call.end(null, unavailable(name, "the call was broken off"));
      }
    }
    giveUp.cancel();
    RuntimeException failure = call.failure;
    if (failure != null) {
      throw failure;
    }
    return Objects.requireNonNull(call.answer);
  }

  private <T> void arrive(
      Call<T> call, Host from, @Nullable Host to, String name, Supplier<T> handler) {
    if (to == null || to.isDead()) {
      world.after(
          travelNanos(), () -> call.end(null, unavailable(name, "the connection is refused")));
    } else if (reaches(from, to) && !isLost()) {
      to.start("answer", () -> answer(call, from, to, name, handler));
    }
  }

  private <T> void answer(Call<T> call, Host from, Host to, String name, Supplier<T> handler) {
    @Nullable T answer = null;
    @Nullable RuntimeException failure = null;
    try {
      answer = handler.get();
    } catch (IngestUnavailableException | QueryException | PieceFailedException e) {
      failure = e;
    } catch (StorageException e) {
      failure = new IngestUnavailableException(500, name + " failed: " + e, e);
    }
    T result = answer;
    RuntimeException cause = failure;
    world.after(
        travelNanos(),
        () -> {
          if (reaches(from, to) && !isLost()) {
            call.end(result, cause);
          }
        });
  }

  private static IngestUnavailableException unavailable(String name, String why) {
    return new IngestUnavailableException(UNAVAILABLE, name + ": " + why);
  }
}
