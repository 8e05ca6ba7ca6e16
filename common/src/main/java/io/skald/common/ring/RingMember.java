package io.skald.common.ring;

import io.skald.common.ring.Instance.State;
import io.skald.common.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as a member of a ring: joins, tells in every period that it lives, leaves. It also
 * takes members out that have been dead for long. States follow each other in the order of {@link
 * State}. Thread-safe.
 */
public final class RingMember implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RingMember.class);

  private final RingStore store;
  private final Config config;
  private final Clock clock;
  private final RandomGenerator random;
  private final @Nullable TokenFile file;
  private final Thread heart = Thread.ofVirtual().name("ring-heartbeat").unstarted(this::beat);

  /** When dead members were first seen dead, monotonic; used by the heartbeat only. */
  private final Map<String, Long> deadSinceNanos = new HashMap<>();

  private @Nullable Instance self; // guarded by this
  private boolean failing; // guarded by this

  /**
   * A member.
   *
   * @param id unique and stable over restarts
   * @param address host:port of its gRPC port
   * @param zone "" when zones are not used
   * @param tokenCount 0 for members that own no keys
   * @param tokenFile keeps the tokens over restarts; null if they need not be kept
   * @param forgetAfter how long a member may be dead before it is taken out; 0 for ever
   */
  public record Config(
      String id,
      String address,
      String zone,
      int tokenCount,
      @Nullable Path tokenFile,
      Duration heartbeatPeriod,
      Duration forgetAfter) {}

  /**
   * @param store stays the caller's to close
   */
  public RingMember(RingStore store, Config config, Clock clock, RandomGenerator random) {
    this.store = store;
    this.config = config;
    this.clock = clock;
    this.random = random;
    Path path = config.tokenFile();
    this.file = path == null ? null : new TokenFile(path);
  }

  /**
   * Joins with the tokens of the last time; without any, with those of a member that leaves, so
   * that the streams of that one move here and no others move at all; or with new ones.
   *
   * @throws RingStoreException if the store cannot be reached
   */
  public synchronized void join() {
    Optional<List<Integer>> kept = file == null ? Optional.empty() : file.read();
    List<Integer> tokens = completed(kept.orElseGet(this::ofOneThatLeaves));
    if (file != null && !tokens.equals(kept.orElse(List.of()))) {
      file.write(tokens);
    }
    change(
        new Instance(
            config.id(),
            config.address(),
            config.zone(),
            State.JOINING,
            tokens,
            clock.nowMillis(),
            true));
    heart.start();
  }

  /**
   * Returns the tokens of a member of the same zone that leaves, or of this one if its file was
   * lost. Whoever takes writes first has them, by {@link Ring#next}: until then keys go to the next
   * members, as they would without this one. Should two take over from the same member, one of them
   * gets new ones with its next heartbeat.
   */
  private List<Integer> ofOneThatLeaves() {
    List<Instance> leaving = new ArrayList<>();
    for (Instance other : store.get().instances()) {
      boolean self = other.id().equals(config.id());
      boolean leaves = other.state() == State.LEAVING && other.zone().equals(config.zone());
      if ((self || leaves) && !other.tokens().isEmpty()) {
        leaving.add(self ? 0 : leaving.size(), other);
      }
    }
    if (leaving.isEmpty() || config.tokenCount() == 0) {
      return List.of();
    }
    boolean lostOwn = leaving.getFirst().id().equals(config.id());
    Instance chosen = leaving.get(lostOwn ? 0 : random.nextInt(leaving.size()));
    log.info("member {} of the ring takes over the tokens of {}", config.id(), chosen.id());
    return chosen.tokens();
  }

  /**
   * Returns as many tokens as configured: of those given, without what belongs to members that take
   * writes, then random ones.
   */
  private List<Integer> completed(List<Integer> given) {
    Set<Integer> lost = new HashSet<>();
    Set<Integer> taken = new HashSet<>();
    for (Instance other : store.get().instances()) {
      if (!other.id().equals(config.id())) {
        taken.addAll(other.tokens());
        if (other.takesWrites()) {
          lost.addAll(other.tokens());
        }
      }
    }
    List<Integer> tokens =
        new ArrayList<>(
            given.stream()
                .filter(token -> !lost.contains(token))
                .limit(config.tokenCount())
                .toList());
    taken.addAll(tokens);
    while (tokens.size() < config.tokenCount()) {
      int token = random.nextInt();
      if (taken.add(token)) {
        tokens.add(token);
      }
    }
    return tokens;
  }

  /** Takes writes from now on. */
  public void activate() {
    change(State.ACTIVE);
    log.info("member {} of the ring is ACTIVE", config.id());
  }

  /** Takes no more writes, still answers reads. */
  public void leave() {
    change(State.LEAVING);
  }

  private synchronized void change(State state) {
    Instance now = self;
    if (now == null) {
      throw new IllegalStateException("the member has not joined");
    }
    change(now.withState(state, clock.nowMillis()));
  }

  private synchronized void change(Instance instance) {
    self = instance;
    store.put(instance);
  }

  /** Returns the state, or null before the member joined or after it left. */
  public synchronized @Nullable State state() {
    Instance now = self;
    return now == null ? null : now.state();
  }

  private void beat() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        clock.sleep(config.heartbeatPeriod());
        beatOnce();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is done in every period. */
  void beatOnce() {
    try {
      synchronized (this) {
        Instance now = self;
        if (now != null) {
          Instance again = withOwnTokens(now).withState(now.state(), clock.nowMillis());
          self = again;
          store.put(again);
        }
        if (failing) {
          log.info("heartbeats of the ring arrive again");
        }
        failing = false;
      }
      forgetDead();
    } catch (RingStoreException e) {
      tellFailure(e);
    }
  }

  /** Replaces tokens that a member which takes writes has by a better right. */
  private Instance withOwnTokens(Instance now) {
    List<Integer> tokens = now.state() == State.LEAVING ? now.tokens() : completed(now.tokens());
    if (tokens.equals(now.tokens())) {
      return now;
    }
    log.info("member {} of the ring replaces tokens that others have", config.id());
    if (file != null) {
      file.write(tokens);
    }
    return now.withTokens(tokens);
  }

  private synchronized void tellFailure(RingStoreException e) {
    if (!failing) {
      log.warn("a heartbeat of the ring failed and is tried again: {}", e.getMessage());
    }
    failing = true;
  }

  private void forgetDead() {
    long now = clock.monotonicNanos();
    Set<String> dead = new HashSet<>();
    for (Instance instance : store.get().instances()) {
      if (!instance.healthy() && !instance.id().equals(config.id())) {
        dead.add(instance.id());
        long since = deadSinceNanos.computeIfAbsent(instance.id(), _ -> now);
        if (!config.forgetAfter().isZero() && now - since >= config.forgetAfter().toNanos()) {
          log.warn(
              "member {} of the ring has been dead for {} and is taken out",
              instance.id(),
              config.forgetAfter());
          store.remove(instance.id());
        }
      }
    }
    deadSinceNanos.keySet().retainAll(dead);
  }

  /** Forgets the tokens, so that the next start gets new ones. */
  public void deleteTokens() {
    if (file != null) {
      file.delete();
    }
  }

  /** Leaves the ring. */
  @Override
  public void close() {
    close(true);
  }

  /**
   * Ends the heartbeats.
   *
   * @param unregister whether to leave the ring; without, it waits for the member to come back
   */
  public void close(boolean unregister) {
    heart.interrupt();
    synchronized (this) {
      boolean joined = self != null;
      self = null;
      if (joined && unregister) {
        try {
          store.remove(config.id());
        } catch (RingStoreException e) {
          log.warn("the ring could not be told that this member leaves: {}", e.getMessage());
        }
      }
    }
  }
}
