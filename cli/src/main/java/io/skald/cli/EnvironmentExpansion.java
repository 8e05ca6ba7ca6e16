package io.skald.cli;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ${NAME}} and {@code ${NAME:-default}}; an unset name without default becomes nothing. */
final class EnvironmentExpansion {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::[-=]([^}]*))?}");

  private EnvironmentExpansion() {}

  static String expand(String text, Map<String, String> environment) {
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      String value = environment.getOrDefault(matcher.group(1), "");
      if (value.isEmpty() && matcher.group(2) != null) {
        value = matcher.group(2);
      }
      matcher.appendReplacement(out, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(out).toString();
  }
}
