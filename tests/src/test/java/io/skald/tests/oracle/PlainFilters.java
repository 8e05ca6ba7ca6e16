package io.skald.tests.oracle;

import com.google.re2j.Pattern;
import io.skald.common.model.LabelMatcher;
import io.skald.logql.syntax.LabelFilter;
import java.util.Optional;
import java.util.function.Function;

/** Label filters (reference, 3.5), regexes anchored (register, 1). */
final class PlainFilters {
  private PlainFilters() {}

  static boolean passes(LabelFilter filter, LineState state) {
    return switch (filter) {
      case LabelFilter.Text(LabelMatcher matcher) -> text(matcher, state);
      case LabelFilter.Number number ->
          compares(state, number.name(), number.comparison(), number.value(), PlainValues::number);
      case LabelFilter.Duration duration ->
          compares(
              state,
              duration.name(),
              duration.comparison(),
              duration.nanos(),
              PlainValues::duration);
      case LabelFilter.Bytes bytes ->
          compares(
              state,
              bytes.name(),
              bytes.comparison(),
              PlainValues.asWritten(bytes.bytes()),
              PlainValues::bytes);
      case LabelFilter.Ip(String name, boolean negated, String pattern) -> {
        String value = state.get(name);
        if (value == null || !state.error.isEmpty()) {
          yield value != null;
        }
        yield holdsAddress(value, pattern) != negated;
      }
      case LabelFilter.And(LabelFilter left, LabelFilter right) -> {
        boolean first = passes(left, state);
        yield passes(right, state) && first;
      }
      case LabelFilter.Or(LabelFilter left, LabelFilter right) ->
          passes(left, state) || passes(right, state);
    };
  }

  private static boolean text(LabelMatcher matcher, LineState state) {
    String value = matcher.name().equals(LineState.DETAILS) ? "" : state.getOrEmpty(matcher.name());
    return switch (matcher.operator()) {
      case EQUAL -> value.equals(matcher.value());
      case NOT_EQUAL -> !value.equals(matcher.value());
      case REGEX -> anchored(matcher.value()).matches(value);
      case NOT_REGEX -> !anchored(matcher.value()).matches(value);
    };
  }

  private static Pattern anchored(String regex) {
    return Pattern.compile("^(?:" + regex + ")$");
  }

  private static boolean compares(
      LineState state,
      String name,
      LabelFilter.Comparison comparison,
      double wanted,
      Function<String, Optional<Double>> parse) {
    String value = state.get(name);
    if (value == null) {
      return false;
    }
    Optional<Double> parsed = parse.apply(value);
    if (parsed.isEmpty()) {
      if (state.error.isEmpty()) {
        state.fail("LabelFilterErr");
      }
      return true;
    }
    double left = parsed.get();
    return switch (comparison) {
      case EQUAL -> left == wanted;
      case NOT_EQUAL -> left != wanted;
      case GREATER -> left > wanted;
      case GREATER_OR_EQUAL -> left >= wanted;
      case LESS -> left < wanted;
      case LESS_OR_EQUAL -> left <= wanted;
    };
  }

  /** Scans for IPv4 addresses as the reference says (3.3) and compares each. */
  static boolean holdsAddress(String text, String pattern) {
    int at = 0;
    while (at + 3 < text.length()) {
      boolean starts =
          isDigit(text.charAt(at))
              && (text.charAt(at + 1) == '.'
                  || text.charAt(at + 2) == '.'
                  || text.charAt(at + 3) == '.');
      if (!starts) {
        at++;
        continue;
      }
      int end = at;
      while (end < text.length() && (isDigit(text.charAt(end)) || text.charAt(end) == '.')) {
        end++;
      }
      Optional<Long> address = address(text.substring(at, end));
      if (address.isPresent() && inside(address.get(), pattern)) {
        return true;
      }
      at = end + 1;
    }
    return false;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean inside(long address, String pattern) {
    if (pattern.contains("/")) {
      String[] parts = pattern.split("/");
      int bits = 32 - Integer.parseInt(parts[1]);
      return address >> bits == address(parts[0]).orElseThrow() >> bits;
    }
    if (pattern.contains("-")) {
      String[] parts = pattern.split("-");
      return address >= address(parts[0]).orElseThrow()
          && address <= address(parts[1]).orElseThrow();
    }
    return address == address(pattern).orElseThrow();
  }

  private static Optional<Long> address(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return Optional.empty();
    }
    long address = 0;
    for (String part : parts) {
      if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
        return Optional.empty();
      }
      address = address << 8 | Integer.parseInt(part);
    }
    return Optional.of(address);
  }
}
