package io.skald.querier.turn;

import io.skald.common.time.Clock;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryThreads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares processors among reads. A thread works only while it holds one of the processors, and at
 * every pause between two pieces of work gives it up if a thread of a tenant that has used less
 * waits for it; the cost of a read is thus measured, not guessed. Tenants with work to do get equal
 * shares, whatever the number of their reads, and within a tenant reads take turns. The beginning
 * of a read counts for less than what it does later, so that a tenant of light reads gets most of
 * what it asks for, and one of heavy reads still a fifth. (The rule is that of virtual run time, as
 * in the Completely Fair Scheduler of Linux, with weights that fall as in a multi-level feedback
 * queue.)
 *
 * <p>Reads run on platform threads, unless others are given: a virtual one that computes would keep
 * its carrier from all others. Thread-safe.
 */
public final class FairTurns implements AutoCloseable {
  /**
   * How long a thread works before it looks whether others wait, unless its work is cut coarser:
   * those that wait for its turn, and threads of the system. Those of the system would get the
   * processor by themselves, but some milliseconds later, and a read passes through several of them
   * on its way from the socket to the answer.
   */
  private static final long SLICE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  /**
   * How far a tenant that comes back may lie behind the others: so much work is done at once, and
   * the usual light read whole, before turns are taken.
   */
  private static final long CREDIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /**
   * How much of a read, in work of all its threads, is its beginning: the usual light one whole.
   */
  private static final long BEGINNING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** What the beginning counts for is divided by this. */
  private static final int BEGINNING_WEIGHT = 4;

  /** Idle tenants that are remembered; what they have used is soon of no meaning. */
  private static final int MAX_IDLE_ACCOUNTS = 10_000;

  /** How often one that waits to be let in looks whether its client still waits. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  /** Tenants without a read under way may take up to so many times the places. */
  private static final int OVERDRAW = 4;

  private static final long CLOSE_SECONDS = 5;

  private static final Logger LOG = LoggerFactory.getLogger(FairTurns.class);

  private final TurnConfig config;
  private final Clock clock;
  private final ExecutorService threads;
  private final ThreadLocal<@Nullable Hold> holds = new ThreadLocal<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Account> accounts = new HashMap<>(); // guarded by lock
  private final Set<Hold> held = new HashSet<>(); // guarded by lock; one for each busy processor
  private int freeProcessors; // guarded by lock
  private int running; // guarded by lock
  private int pieces; // guarded by lock
  private long sequence; // guarded by lock
  private long refused; // guarded by lock

  /** Threads that wait for a processor; volatile because pauses read it unlocked. */
  private volatile int waitingForProcessor;

  public FairTurns(TurnConfig config, Clock clock) {
    this(
        config,
        clock,
        Executors.newCachedThreadPool(Thread.ofPlatform().name("read-", 0).daemon().factory()));
  }

  /**
   * @param threads runs what holds a processor or waits for one; closed with this
   */
  public FairTurns(TurnConfig config, Clock clock, ExecutorService threads) {
    this.config = config;
    this.clock = clock;
    this.threads = threads;
    this.freeProcessors = config.processors();
  }

  /** What a tenant has used, and what it waits for; dropped when what it has used is paid off. */
  private static final class Account {
    final String tenant;
    final ArrayDeque<Waiter> places = new ArrayDeque<>();
    final ArrayDeque<Waiter> processors = new ArrayDeque<>();
    long usedNanos;
    int running;
    int pieces;

    /** Threads that work for its reads, or will; some begin after their read has ended. */
    int tasks;

    Account(String tenant) {
      this.tenant = tenant;
    }

    boolean isIdle() {
      return running == 0 && pieces == 0 && tasks == 0 && places.isEmpty();
    }
  }

  /** One that waits; granted under the lock. */
  private static final class Waiter {
    final Account account;
    final long number;
    final Condition condition;
    boolean granted;

    Waiter(Account account, long number, Condition condition) {
      this.account = account;
      this.number = number;
      this.condition = condition;
    }
  }

  /** A processor in the hands of a thread. */
  private static final class Hold {
    final Turn turn;

    /** Since when it is not accounted for; guarded by lock. */
    long sinceNanos;

    /** When its thread last looked whether others wait, or began; of that thread alone. */
    long lookedNanos;

    Hold(Turn turn) {
      this.turn = turn;
    }
  }

  /** A read that has been let in. */
  public final class Turn implements QueryThreads {
    private final Account account;

    /** Written once, by the read's own thread before its work; volatile for those it starts. */
    private volatile long queueNanos;

    /** What its threads have used; guarded by lock. */
    private long usedNanos;

    private Turn(Account account) {
      this.account = account;
    }

    /** Returns how long the read waited to be let in and for its first processor. */
    public long queueNanos() {
      return queueNanos;
    }

    @Override
    public void execute(Runnable task) {
      begin(account);
      threads.execute(() -> {
        try {
          holding(this, task);
        } finally {
          end(account);
        }
      });
    }

    @Override
    public void pause() {
      FairTurns.this.pause();
    }

    @Override
    public void whileWaiting(Runnable wait) {
      Hold hold = holds.get();
      if (hold == null) {
        wait.run();
        return;
      }
      release(hold);
      try {
        wait.run();
      } finally {
        acquire(hold);
      }
    }
  }

  /**
   * Has a read done when it is its tenant's turn, and waits for it.
   *
   * @param tenant whose read it is; of several, all in one name
   * @param cancellation ends the wait to be let in; the work looks after it itself
   * @throws QueryException with status 429 if too many reads of the tenant wait already
   * @throws io.skald.logql.engine.QueryCancelledException if {@code cancellation} ended the wait
   */
  public <T> T run(String tenant, Cancellation cancellation, Function<Turn, T> work) {
    long askedNanos = clock.monotonicNanos();
    Account account = enter(tenant, cancellation);
    try {
      return lead(new Turn(account), askedNanos, work);
    } finally {
      leave(account);
    }
  }

  /**
   * Has a piece of a read done that was let in elsewhere, and waits for it. It needs no place among
   * the reads, and must not wait for other pieces: processes that lead reads and work for those of
   * others cannot wait for each other then.
   *
   * @param expectedNanos what the whole read is expected to take: only the first piece of it would
   *     be its beginning
   * @throws QueryException with status 429 if too many pieces are under way
   */
  public <T> T runPiece(String tenant, long expectedNanos, Function<Turn, T> work) {
    long askedNanos = clock.monotonicNanos();
    Account account = enterPiece(tenant);
    try {
      Turn turn = new Turn(account);
      turn.usedNanos = expectedNanos;
      return lead(turn, askedNanos, work);
    } finally {
      leavePiece(account);
    }
  }

  private Account enterPiece(String tenant) {
    lock.lock();
    try {
      Account account = accountOf(tenant);
      int most = account.pieces == 0 ? OVERDRAW * config.maxRunning() : config.maxRunning();
      if (pieces >= most) {
        dropIfIdle(account);
        throw new QueryException(
            429,
            pieces
                + " pieces of reads are under way already, and querier.max_running_queries is "
                + config.maxRunning());
      }
      pieces++;
      account.pieces++;
      return account;
    } finally {
      lock.unlock();
    }
  }

  private void leavePiece(Account account) {
    lock.lock();
    try {
      pieces--;
      account.pieces--;
      dropIfIdle(account);
    } finally {
      lock.unlock();
    }
  }

  private <T> T lead(Turn turn, long askedNanos, Function<Turn, T> work) {
    List<T> result = new ArrayList<>(1);
    Runnable begin =
        () -> {
          turn.queueNanos = clock.monotonicNanos() - askedNanos;
          result.add(work.apply(turn));
        };
    await(threads.submit(() -> holding(turn, begin)));
    return result.getFirst();
  }

  private static void await(Future<?> done) {
    boolean interrupted = false;
    while (true) {
      try {
        done.get();
        return;
      } catch (InterruptedException e) {
        interrupted = true; // the work holds memory and must end before the place is given away
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        if (e.getCause() instanceof Error failure) {
          throw failure;
        }
        throw new IllegalStateException(e.getCause());
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private Account enter(String tenant, Cancellation cancellation) {
    lock.lock();
    try {
      Account account = accountOf(tenant);
      if (account.places.isEmpty() && hasPlaceFor(account)) {
        take(account);
        return account;
      }
      if (account.places.size() >= config.maxOutstandingPerTenant()) {
        refused++;
        throw new QueryException(
            429,
            "too many outstanding requests: "
                + account.places.size()
                + " of this tenant wait already (querier.max_outstanding_per_tenant); ask again"
                + " later, or ask for less at a time");
      }
      Waiter waiter = new Waiter(account, sequence++, lock.newCondition());
      account.places.add(waiter);
      awaitPlace(waiter, cancellation);
      return account;
    } finally {
      lock.unlock();
    }
  }

  private void awaitPlace(Waiter waiter, Cancellation cancellation) {
    boolean interrupted = false;
    try {
      while (!waiter.granted) {
        cancellation.check();
        try {
          clock.awaitNanos(waiter.condition, LOOK_NANOS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (!waiter.granted) {
        waiter.account.places.remove(waiter);
        dropIfIdle(waiter.account);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean hasPlaceFor(Account account) {
    return running < config.maxRunning()
        || (account.running == 0 && running < OVERDRAW * config.maxRunning());
  }

  private void take(Account account) {
    running++;
    account.running++;
  }

  private void leave(Account account) {
    lock.lock();
    try {
      running--;
      account.running--;
      dropIfIdle(account);
      Waiter next = next(one -> hasPlaceFor(one) ? one.places.peek() : null);
      if (next != null) {
        next.account.places.remove();
        take(next.account);
        grant(next);
      }
    } finally {
      lock.unlock();
    }
  }

  private void begin(Account account) {
    lock.lock();
    try {
      account.tasks++;
    } finally {
      lock.unlock();
    }
  }

  private void end(Account account) {
    lock.lock();
    try {
      account.tasks--;
      dropIfIdle(account);
    } finally {
      lock.unlock();
    }
  }

  /** A tenant that was away is let go first, but does not get back all that it did not use. */
  private Account accountOf(String tenant) {
    Account account = accounts.computeIfAbsent(tenant, Account::new);
    if (account.isIdle()) {
      held.forEach(this::charge);
      account.usedNanos = Math.max(account.usedNanos, leastUsed(account.usedNanos) - CREDIT_NANOS);
    }
    return account;
  }

  private void dropIfIdle(Account account) {
    if (!account.isIdle()) {
      return;
    }
    long paidOff = leastUsed(Long.MAX_VALUE) - CREDIT_NANOS;
    if (account.usedNanos <= paidOff || accounts.size() > MAX_IDLE_ACCOUNTS) {
      accounts.remove(account.tenant);
    }
  }

  /** Returns the least that a tenant with reads has used. */
  private long leastUsed(long withoutAny) {
    return accounts.values().stream()
        .filter(account -> !account.isIdle())
        .mapToLong(account -> account.usedNanos)
        .min()
        .orElse(withoutAny);
  }

  /** Returns the one that waits in the account that has used least; of equals, the first. */
  private @Nullable Waiter next(Function<Account, @Nullable Waiter> first) {
    return accounts.values().stream()
        .map(first)
        .filter(waiter -> waiter != null)
        .min(
            Comparator.comparingLong((Waiter waiter) -> waiter.account.usedNanos)
                .thenComparingLong(waiter -> waiter.number))
        .orElse(null);
  }

  private static void grant(Waiter waiter) {
    waiter.granted = true;
    waiter.condition.signal();
  }

  private void holding(Turn turn, Runnable work) {
    Hold hold = new Hold(turn);
    acquire(hold);
    holds.set(hold);
    try {
      work.run();
    } finally {
      holds.remove();
      release(hold);
    }
  }

  private void acquire(Hold hold) {
    lock.lock();
    try {
      if (freeProcessors > 0 && waitingForProcessor == 0) {
        freeProcessors--;
      } else {
        awaitProcessor(hold.turn.account);
      }
      hold.sinceNanos = clock.monotonicNanos();
      hold.lookedNanos = hold.sinceNanos;
      held.add(hold);
    } finally {
      lock.unlock();
    }
  }

  private void awaitProcessor(Account account) {
    Waiter waiter = new Waiter(account, sequence++, lock.newCondition());
    account.processors.add(waiter);
    waitingForProcessor++;
    while (!waiter.granted) {
      waiter.condition.awaitUninterruptibly();
    }
  }

  private void release(Hold hold) {
    lock.lock();
    try {
      charge(hold);
      held.remove(hold);
      Waiter next = next(account -> account.processors.peek());
      if (next == null) {
        freeProcessors++;
      } else {
        handOver(next);
      }
    } finally {
      lock.unlock();
    }
  }

  private void charge(Hold hold) {
    long now = clock.monotonicNanos();
    long worked = now - hold.sinceNanos;
    hold.sinceNanos = now;
    Turn turn = hold.turn;
    long beginning = Math.clamp(BEGINNING_NANOS - turn.usedNanos, 0, worked);
    turn.usedNanos += worked;
    turn.account.usedNanos += worked - beginning + beginning / BEGINNING_WEIGHT;
  }

  private void handOver(Waiter next) {
    next.account.processors.remove();
    waitingForProcessor--;
    grant(next);
  }

  private void pause() {
    Hold hold = holds.get();
    if (hold == null || clock.monotonicNanos() - hold.lookedNanos < SLICE_NANOS) {
      return;
    }
    if (waitingForProcessor == 0 || !hasHandedOver(hold)) {
      Thread.yield();
    }
    hold.lookedNanos = clock.monotonicNanos();
  }

  /** Returns, if there was one that has used less, when its turn has come again. */
  private boolean hasHandedOver(Hold hold) {
    lock.lock();
    try {
      charge(hold);
      Waiter next = next(account -> account.processors.peek());
      if (next == null || next.account.usedNanos > hold.turn.account.usedNanos) {
        return false;
      }
      held.remove(hold);
      handOver(next);
      awaitProcessor(hold.turn.account);
      hold.sinceNanos = clock.monotonicNanos();
      held.add(hold);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many reads are under way. */
  public int running() {
    return locked(() -> running);
  }

  /** Returns how many reads wait to be let in. */
  public int waiting() {
    return locked(() -> accounts.values().stream().mapToInt(one -> one.places.size()).sum());
  }

  /** Returns how many reads were refused because too many of their tenant waited. */
  public long refused() {
    return locked(() -> refused);
  }

  private <T> T locked(Supplier<T> read) {
    lock.lock();
    try {
      return read.get();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many threads wait for a processor. */
  public int waitingForProcessor() {
    return waitingForProcessor;
  }

  /** Lets reads that are under way end, for a moment; what is asked later fails. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("reads are still under way after {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
