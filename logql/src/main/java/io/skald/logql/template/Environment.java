package io.skald.logql.template;

import io.skald.common.time.Clock;
import java.time.ZoneId;

/** What functions use besides their arguments; shared by all executions of a template. */
final class Environment {
  private final Clock clock;
  private final Location local;
  private final RegexCache regexes = new RegexCache();

  Environment(Clock clock, ZoneId zone) {
    this.clock = clock;
    this.local = Location.of(zone);
  }

  Clock clock() {
    return clock;
  }

  /** Returns the zone that times without one are in. */
  Location local() {
    return local;
  }

  RegexCache regexes() {
    return regexes;
  }
}
