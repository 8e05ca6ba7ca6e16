package io.skald.querier.rule.evaluate;

import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.querier.rule.Rule;
import io.skald.querier.rule.RuleGroup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One group and what it keeps between evaluations.
 *
 * <p>Time is cut into slots of the group's interval; where they begin depends on the names of the
 * group, so that groups are spread over the interval, and are at the same place after a restart. A
 * group is evaluated once in a slot. One that is still at work when a slot begins misses it.
 *
 * <p>A group that is changed gets a new run, which takes the alerts over from the old one before it
 * begins. Slots are counted by one thread; evaluations follow one another.
 */
final class GroupRun {
  /** A notice holds so many intervals, so that a few lost ones do no harm; as in Prometheus. */
  private static final int NOTICE_INTERVALS = 4;

  /** What a group is called. */
  record Key(TenantId tenant, String namespace, String group) {}

  /** What all groups of a process share. */
  record Shared(
      RuleQueries queries,
      RuleTenants tenants,
      EvaluationConfig config,
      NoticeSink notices,
      SampleSink samples,
      RulerCounters counters,
      Clock clock) {}

  private final Key key;
  private final RuleGroup group;
  private final Shared shared;
  private final Duration interval;
  private final long offsetNanos;
  private final List<RuleRun> rules = new ArrayList<>();
  private final AtomicBoolean running = new AtomicBoolean();
  private long lastSlot;

  private final Object changing = new Object();
  private @Nullable GroupRun before; // guarded by changing
  private boolean retired; // guarded by changing

  private volatile Evaluated last = Evaluated.NOT_YET;

  /**
   * @param before the run of an older form of the group, which has been retired
   */
  GroupRun(Key key, RuleGroup group, Shared shared, @Nullable GroupRun before) {
    this.key = key;
    this.group = group;
    this.shared = shared;
    this.before = before;
    this.interval = group.intervalOr(shared.config().interval());
    this.offsetNanos = Math.floorMod(hash(key) * 1_000_003L, interval.toNanos());
    for (Rule rule : group.rules()) {
      rules.add(new RuleRun(key.tenant(), rule, shared.queries(), shared.config(), shared.clock()));
    }
    skipTo(shared.clock().nowNanos());
  }

  private static long hash(Key key) {
    CRC32C crc = new CRC32C();
    for (String part : List.of(key.tenant().value(), key.namespace(), key.group())) {
      crc.update(part.getBytes(StandardCharsets.UTF_8));
      crc.update(0);
    }
    return crc.getValue();
  }

  RuleGroup group() {
    return group;
  }

  /** Lets the slots up to now pass. */
  void skipTo(long now) {
    lastSlot = slot(now);
  }

  private long slot(long now) {
    return Math.floorDiv(now - offsetNanos, interval.toNanos());
  }

  private long start(long slot) {
    return slot * interval.toNanos() + offsetNanos;
  }

  /** Returns when the next slot begins. */
  long nextNanos() {
    return start(lastSlot + 1);
  }

  /**
   * Returns an evaluation if a slot has begun for which there is none yet; null otherwise. What is
   * returned must be run.
   */
  @Nullable Runnable due(long now) {
    long slot = slot(now);
    if (slot <= lastSlot) {
      // A clock that was set back would otherwise stop the group until it is where it was.
      lastSlot = slot;
      return null;
    }
    shared.counters().missed.add(slot - lastSlot - 1);
    lastSlot = slot;
    if (!running.compareAndSet(false, true)) {
      shared.counters().missed.increment();
      return null;
    }
    return () -> {
      try {
        evaluate(start(slot));
      } finally {
        running.set(false);
      }
    };
  }

  /** Ends this run; returns the one that holds its alerts. */
  GroupRun retire() {
    synchronized (changing) {
      retired = true;
      return before == null ? this : before;
    }
  }

  private boolean isRetired() {
    synchronized (changing) {
      return retired;
    }
  }

  private synchronized void evaluate(long at) {
    GroupRun predecessor;
    synchronized (changing) {
      if (retired) {
        return;
      }
      predecessor = before;
      before = null;
    }
    if (predecessor != null) {
      adopt(predecessor);
    }
    long began = shared.clock().nowNanos();
    long beganMonotonic = shared.clock().monotonicNanos();
    for (RuleRun rule : rules) {
      if (isRetired()) {
        return;
      }
      evaluate(rule, at);
    }
    boolean failed = rules.stream().anyMatch(rule -> rule.status().last().health().equals("err"));
    last =
        new Evaluated(
            failed ? "err" : "ok", "", began, shared.clock().monotonicNanos() - beganMonotonic);
  }

  /** Waits until the other one is at rest: its alerts are in motion before. */
  private void adopt(GroupRun predecessor) {
    synchronized (predecessor) {
      List<RuleRun> left = new ArrayList<>(predecessor.rules);
      for (RuleRun rule : rules) {
        for (int i = 0; i < left.size(); i++) {
          if (rule.continues(left.get(i))) {
            rule.adopt(left.remove(i));
            break;
          }
        }
      }
    }
  }

  private void evaluate(RuleRun rule, long at) {
    TenantId tenant = key.tenant();
    Duration resendDelay = shared.config().resendDelay();
    Duration longer = interval.compareTo(resendDelay) > 0 ? interval : resendDelay;
    RulerCounters counters = shared.counters();
    RuleRun.Yield yield =
        rule.evaluate(
            at,
            at - shared.tenants().delay(tenant).toNanos(),
            group.limit(),
            resendDelay,
            longer.multipliedBy(NOTICE_INTERVALS));
    counters.evaluations.increment();
    counters.nanos.add(rule.status().last().tookNanos());
    if (yield.failed()) {
      counters.failures.increment();
    }
    if (!yield.samples().isEmpty()) {
      shared.samples().take(tenant, yield.samples());
    }
    if (!yield.notices().isEmpty()) {
      shared.notices().take(tenant, yield.notices());
    }
  }

  GroupStatus status() {
    return new GroupStatus(
        key.namespace(), group, interval, last, rules.stream().map(RuleRun::status).toList());
  }
}
