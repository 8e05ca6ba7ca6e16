package io.skald.agent.pipeline;

import io.skald.common.time.Clock;
import java.util.random.RandomGenerator;

/**
 * What stages use of the world.
 *
 * @param random decides in {@code sampling}
 * @param events hears of dropped lines
 * @param metrics keeps what {@code metrics} stages count
 * @param exactNumbers whether {@code json} keeps all digits of whole numbers
 */
public record StageContext(
    Clock clock,
    RandomGenerator random,
    StageEvents events,
    StageMetrics metrics,
    boolean exactNumbers) {
  /** A context in which numbers of JSON are doubles. */
  public StageContext(
      Clock clock, RandomGenerator random, StageEvents events, StageMetrics metrics) {
    this(clock, random, events, metrics, false);
  }
}
