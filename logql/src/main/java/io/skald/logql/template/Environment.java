package io.skald.logql.template;

import com.google.re2j.Pattern;
import io.skald.common.time.Clock;
import io.skald.common.values.RegexErrors;
import java.time.ZoneId;

/** What functions use besides their arguments; shared by all executions of a template. */
final class Environment {
  private final Clock clock;
  private final Location local;
  private final BoundedCache<Pattern> regexes = new BoundedCache<>(Environment::compile);
  private final BoundedCache<GoTimeLayout> layouts = new BoundedCache<>(GoTimeLayout::of);

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

  /**
   * @param expression a byte string
   * @throws FunctionException if it is not valid RE2 syntax
   */
  Pattern regex(String expression) throws FunctionException {
    return regexes.get(expression);
  }

  /**
   * @param layout a byte string
   */
  GoTimeLayout layout(String layout) throws FunctionException {
    return layouts.get(layout);
  }

  private static Pattern compile(String expression) throws FunctionException {
    if (!ByteStrings.isUtf8(expression)) {
      throw new FunctionException("error parsing regexp: invalid UTF-8: `" + expression + "`");
    }
    try {
      return RegexErrors.compile(ByteStrings.toText(expression));
    } catch (IllegalArgumentException e) {
      throw new FunctionException(ByteStrings.ofText(String.valueOf(e.getMessage())));
    }
  }
}
