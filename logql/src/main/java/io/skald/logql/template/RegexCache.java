package io.skald.logql.template;

import com.google.re2j.Pattern;
import io.skald.common.values.RegexErrors;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The compiled regular expressions of one template, by their text. Mostly the literals of the
 * template; expressions made at run time are kept only while there is room. Thread-safe.
 */
final class RegexCache {
  /** A template with more expressions than this compiles the others each time. */
  static final int MAX_ENTRIES = 64;

  private final ConcurrentMap<String, Pattern> patterns = new ConcurrentHashMap<>();

  /**
   * @param expression a byte string
   * @throws FunctionException if it is not valid RE2 syntax
   */
  Pattern compile(String expression) throws FunctionException {
    Pattern known = patterns.get(expression);
    if (known != null) {
      return known;
    }
    try {
      Pattern pattern = RegexErrors.compile(ByteStrings.toText(expression));
      if (patterns.size() < MAX_ENTRIES) {
        patterns.put(expression, pattern);
      }
      return pattern;
    } catch (IllegalArgumentException e) {
      throw new FunctionException(ByteStrings.ofText(String.valueOf(e.getMessage())));
    }
  }

  int size() {
    return patterns.size();
  }
}
