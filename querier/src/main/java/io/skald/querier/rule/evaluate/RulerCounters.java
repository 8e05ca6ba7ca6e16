package io.skald.querier.rule.evaluate;

import java.util.concurrent.atomic.LongAdder;

/** What has been evaluated, of all tenants. */
public final class RulerCounters {
  final LongAdder evaluations = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder missed = new LongAdder();
  final LongAdder nanos = new LongAdder();

  RulerCounters() {}

  public long evaluations() {
    return evaluations.sum();
  }

  public long failures() {
    return failures.sum();
  }

  public long missed() {
    return missed.sum();
  }

  public long nanos() {
    return nanos.sum();
  }
}
