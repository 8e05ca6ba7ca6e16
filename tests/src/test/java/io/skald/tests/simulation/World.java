package io.skald.tests.simulation;

import java.lang.reflect.Constructor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Time, chance, and the turns of all threads of a simulation.
 *
 * <p>A thread of it is a virtual thread whose scheduler is this: when it can go on, that is queued;
 * {@link #run} takes one of the queue, by chance, and runs it in the calling thread until it waits.
 * When none can go on, time jumps to the next timer. Threads that these start with {@code
 * Thread.ofVirtual()} belong to the same host, as the JDK hands the scheduler down.
 *
 * <p>A thread that waits for a monitor, or waits with a limit by the JDK's own time, is woken by a
 * thread of the JDK, at a moment that no seed decides. That is noticed, and fails the run.
 */
final class World {
  private static final int MAX_TOLD_EVENTS = 400;
  private static final long HASH_PRIME = 0x100000001B3L;

  /** Of a file of the index, in its name: RocksDB writes the machine's time into files. */
  private static final Pattern CHECKSUM = Pattern.compile("-[0-9a-f]{8}(?=\\.v1\\.sst)");

  private final long seed;
  private final Random random;
  private final Thread runner = Thread.currentThread();
  private final List<Turn> ready = new ArrayList<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final Deque<String> events = new ArrayDeque<>();
  private long nowNanos;
  private long timerCount;
  private long turns;
  private long hash = 0xCBF29CE484222325L;
  private volatile @Nullable Throwable failure;

  /** A thread that can go on. */
  private record Turn(Host host, Runnable continuation) {}

  /** Something that happens at a time. */
  static final class Timer implements Comparable<Timer> {
    private final long atNanos;
    private final long number;
    private final Runnable action;
    private boolean fired;
    private boolean cancelled;

    private Timer(long atNanos, long number, Runnable action) {
      this.atNanos = atNanos;
      this.number = number;
      this.action = action;
    }

    boolean hasFired() {
      return fired;
    }

    void cancel() {
      cancelled = true;
    }

    @Override
    public int compareTo(Timer other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime == 0 ? Long.compare(number, other.number) : byTime;
    }
  }

  World(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
  }

  /** The source of all chance; to be used by threads of the simulation and by timers. */
  Random random() {
    return random;
  }

  /** Returns nanoseconds since the beginning. */
  long nowNanos() {
    return nowNanos;
  }

  /** Returns how many times a thread was given its turn. */
  long turns() {
    return turns;
  }

  /** Returns a number that two runs share if they did the same. */
  long hash() {
    return hash;
  }

  private void mix(long value) {
    hash = (hash ^ value) * HASH_PRIME;
  }

  /** Notes something for whoever looks for the reason of a failure. */
  void tell(String event) {
    mix(CHECKSUM.matcher(event).replaceAll("").hashCode());
    events.add("%,13d us  %s".formatted(nowNanos / 1000, event));
    if (events.size() > MAX_TOLD_EVENTS) {
      events.remove();
    }
  }

  /** Ends the run with a failure; the first one counts. */
  void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  /** Returns whether chance, asked this often, says yes once. */
  boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  /** Returns a time between the two, in nanoseconds. */
  long between(long fromNanos, long toNanos) {
    return random.nextLong(fromNanos, toNanos);
  }

  Timer after(long nanos, Runnable action) {
    Timer timer = new Timer(nowNanos + nanos, timerCount++, action);
    timers.add(timer);
    return timer;
  }

  /** Lets the calling thread wait. */
  void sleep(long nanos) throws InterruptedException {
    Thread sleeper = Thread.currentThread();
    Timer timer = after(nanos, () -> LockSupport.unpark(sleeper));
    while (!timer.fired) {
      LockSupport.park();
      if (Thread.interrupted()) {
        timer.cancel();
        throw new InterruptedException();
      }
    }
  }

  /** Lets the calling thread wait, also if it is interrupted, which it is told of afterwards. */
  void sleepThrough(long nanos) {
    Thread sleeper = Thread.currentThread();
    Timer timer = after(nanos, () -> LockSupport.unpark(sleeper));
    boolean interrupted = false;
    while (!timer.fired) {
      LockSupport.park();
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      sleeper.interrupt();
    }
  }

  /** Queues a thread that can go on. */
  void ready(Host host, Runnable continuation) {
    Thread by = Thread.currentThread();
    if (by != runner && !by.isVirtual()) {
      fail(
          new IllegalStateException(
              "a thread of " + host + " was woken by " + by + ": no seed decides when"));
    }
    ready.add(new Turn(host, continuation));
  }

  /**
   * Runs until {@code end} holds.
   *
   * @throws AssertionError if something fails, or nothing can go on; it tells the seed and what
   *     happened
   */
  void run(BooleanSupplier end) {
    while (!end.getAsBoolean()) {
      requireNoFailure();
      if (!step()) {
        throw failed("nothing can go on, and nothing will happen", null);
      }
    }
    requireNoFailure(); // also of the last turn
  }

  private void requireNoFailure() {
    Throwable failed = failure;
    if (failed != null) {
      throw failed(String.valueOf(failed.getMessage()), failed);
    }
  }

  private boolean step() {
    if (!ready.isEmpty()) {
      int chosen = random.nextInt(ready.size());
      Turn turn = ready.set(chosen, ready.getLast());
      ready.removeLast();
      if (!turn.host.hold(turn.continuation)) {
        turns++;
        mix(turn.host.number());
        turn.continuation.run();
      }
      return true;
    }
    Timer next = timers.poll();
    if (next == null) {
      return false;
    }
    if (!next.cancelled) {
      nowNanos = Math.max(nowNanos, next.atNanos);
      next.fired = true;
      next.action.run();
    }
    return true;
  }

  private AssertionError failed(String what, @Nullable Throwable cause) {
    return new AssertionError(
        "seed %d, after %,d turns: %s%n  %s"
            .formatted(seed, turns, what, String.join("\n  ", events)),
        cause);
  }

  /** Returns a maker of virtual threads that {@code scheduler} runs. */
  static Thread.Builder.OfVirtual threads(Executor scheduler) {
    try {
      Constructor<?> constructor =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return (Thread.Builder.OfVirtual) constructor.newInstance(scheduler);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "virtual threads cannot be given a scheduler; start the JVM with --add-opens"
              + " java.base/java.lang=ALL-UNNAMED",
          e);
    }
  }
}
