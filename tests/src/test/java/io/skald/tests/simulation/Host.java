package io.skald.tests.simulation;

import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;

/**
 * A process on a machine of its own: its threads, and its clock. It can be stopped for a while, and
 * it can die: then its threads go on as those of a ghost, whose disk, network and object store
 * reach nobody, until they are ended in order; so nothing that they hold stays behind.
 */
final class Host {
  /** The present, when a simulation begins: minutes before a day of the index ends. */
  static final long BEGIN_NANOS = (1_795_046_400L - 150) * 1_000_000_000;

  private final World world;
  private final String name;
  private final int number;
  private final Thread.Builder.OfVirtual threads;
  private final List<Runnable> held = new ArrayList<>();
  private final Clock clock = new HostClock();
  private long skewNanos;
  private boolean stopped;
  private boolean dead;

  Host(World world, String name) {
    this.world = world;
    this.name = name;
    this.number = name.hashCode();
    this.threads = World.threads(continuation -> world.ready(this, continuation));
  }

  @Override
  public String toString() {
    return name;
  }

  int number() {
    return number;
  }

  Clock clock() {
    return clock;
  }

  /** Starts a thread; what it throws fails the simulation, unless the host is dead. */
  Thread start(String what, Task task) {
    return threads
        .name(name + " " + what)
        .start(() -> {
          try {
            task.run();
          } catch (Exception | Error e) {
            if (!dead) {
              world.fail(e);
            }
          }
        });
  }

  /** Something that a thread does. */
  interface Task {
    void run() throws Exception;
  }

  /** Keeps a thread from going on while the host is stopped; returns whether it did. */
  boolean hold(Runnable continuation) {
    if (stopped) {
      held.add(continuation);
    }
    return stopped;
  }

  /** Stops all threads, as SIGSTOP does. */
  void stop() {
    stopped = true;
  }

  /** Lets them go on. */
  void goOn() {
    stopped = false;
    held.forEach(continuation -> world.ready(this, continuation));
    held.clear();
  }

  boolean isStopped() {
    return stopped;
  }

  /** From now on nothing of this host has any effect. */
  void die() {
    dead = true;
    goOn();
  }

  boolean isDead() {
    return dead;
  }

  /** Sets by how much the clock is ahead. */
  void skew(long nanos) {
    skewNanos = nanos;
  }

  private final class HostClock implements Clock {
    @Override
    public long nowNanos() {
      return BEGIN_NANOS + world.nowNanos() + skewNanos;
    }

    @Override
    public long monotonicNanos() {
      return world.nowNanos();
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
      world.sleep(time.toNanos());
    }

    @Override
    public long awaitNanos(Condition condition, long nanos) throws InterruptedException {
      Thread waiter = Thread.currentThread();
      long deadline = world.nowNanos() + nanos;
      World.Timer timer = world.after(nanos, waiter::interrupt);
      try {
        condition.await();
      } catch (InterruptedException e) {
        if (!timer.hasFired()) {
          throw e;
        }
      } finally {
        timer.cancel();
        if (timer.hasFired()) {
          Thread.interrupted(); // it may have come behind a signal
        }
      }
      return deadline - world.nowNanos();
    }
  }
}
