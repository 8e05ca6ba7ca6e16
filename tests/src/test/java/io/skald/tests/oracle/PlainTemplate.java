package io.skald.tests.oracle;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of the template language that the generator uses: text with actions of a few shapes, and
 * {@code if eq} with or without {@code else}. Everything else is compared by recorded examples.
 */
final class PlainTemplate {
  private static final Pattern IF =
      Pattern.compile(
          "\\{\\{if eq \\.(\\w+) \"([^\"]*)\"}}([^{]*)(?:\\{\\{else}}([^{]*))?\\{\\{end}}");
  private static final Pattern ACTION = Pattern.compile("\\{\\{([^}]*)}}");
  private static final Pattern PRINTF = Pattern.compile("printf \"%s-%s\" \\.(\\w+) \\.(\\w+)");
  private static final Pattern CALL =
      Pattern.compile("(ToUpper|ToLower|len|trunc 2|default \"d\") \\.(\\w+)");
  private static final Pattern PIPED = Pattern.compile("\\.(\\w+) \\| (lower|upper|trim)");

  private PlainTemplate() {}

  static String run(String template, Map<String, String> labels, String line) {
    Function<String, String> get = name -> labels.getOrDefault(name, "");
    String decided =
        IF.matcher(template)
            .replaceAll(match -> {
              String other = match.group(4) == null ? "" : match.group(4);
              boolean same = get.apply(match.group(1)).equals(match.group(2));
              return Matcher.quoteReplacement(same ? match.group(3) : other);
            });
    return ACTION
        .matcher(decided)
        .replaceAll(match -> Matcher.quoteReplacement(action(match.group(1), get, line)));
  }

  private static String action(String action, Function<String, String> get, String line) {
    if (action.equals("__line__")) {
      return line;
    }
    if (action.matches("\\.\\w+")) {
      return get.apply(action.substring(1));
    }
    Matcher printf = PRINTF.matcher(action);
    if (printf.matches()) {
      return get.apply(printf.group(1)) + "-" + get.apply(printf.group(2));
    }
    Matcher call = CALL.matcher(action);
    if (call.matches()) {
      return call(call.group(1), get.apply(call.group(2)));
    }
    Matcher piped = PIPED.matcher(action);
    if (piped.matches()) {
      return call(piped.group(2), get.apply(piped.group(1)));
    }
    throw new IllegalArgumentException("the generator makes no action " + action);
  }

  private static String call(String function, String value) {
    return switch (function) {
      case "ToUpper", "upper" -> value.toUpperCase(Locale.ROOT);
      case "ToLower", "lower" -> value.toLowerCase(Locale.ROOT);
      case "trim" -> value.strip();
      case "len" -> Integer.toString(PlainValues.utf8Length(value));
      case "trunc 2" -> truncated(value);
      case "default \"d\"" -> value.isEmpty() ? "d" : value;
      default -> throw new IllegalArgumentException(function);
    };
  }

  /** Counts bytes; where that splits a character, the rest is no text. */
  private static String truncated(String value) {
    if (PlainValues.utf8Length(value) <= 2) {
      return value;
    }
    if (value.charAt(0) > 0x7F || value.charAt(1) > 0x7F) {
      throw new UndecidedException("half a character as text");
    }
    return value.substring(0, 2);
  }
}
