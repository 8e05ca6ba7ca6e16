package io.skald.agent.pipeline;

import io.skald.logql.template.TimeLayout;
import java.time.ZoneOffset;

/**
 * A stage that reads what a container runtime writes and joins the parts of lines.
 *
 * <p>What the formats of runtimes share stands here: parts wait in {@link Partials}, and times are
 * those of RFC 3339 with a fraction.
 */
interface JoiningStage extends Stage.Holding {
  /** The form of times. */
  TimeLayout TIME = TimeLayout.of("2006-01-02T15:04:05.999999999Z07:00", ZoneOffset.UTC);

  /** Returns where parts wait for the rest of their line. */
  Partials partials();

  /** Takes over the time of {@code text}; one that cannot be read changes nothing. */
  static void setTime(Entry entry, String text) {
    TimeLayout.Time parsed = TIME.parse(text);
    if (parsed != null) {
      entry.setTimestampNanos(parsed.epochSecond() * 1_000_000_000L + parsed.nanos());
    }
  }

  @Override
  default long flushDue(long nowNanos, Output next) {
    return partials().flushDue(nowNanos, next);
  }

  @Override
  default void flush(Output next) {
    partials().flush(next);
  }
}
