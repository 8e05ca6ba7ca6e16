package io.skald.common.config;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * References to environment variables in the text of a configuration, in the forms of a shell. An
 * unset variable is nothing; {@code $NAME} without braces stays as it is, so that {@code $1} of a
 * relabel rule survives.
 *
 * <pre>
 *  ${V}                                 the value
 *  ${V:-d}  ${V:=d}  ${V=d}             d if it is unset or empty
 *  ${#V}                                its length
 *  ${V^} ${V^^} ${V,} ${V,,}            first or all letters, upper or lower case
 *  ${V:from}  ${V:from:length}          a part of it
 *  ${V/a/b} ${V//a/b} ${V/#a/b} ${V/%a/b}   replaced once, everywhere, at the start, at the end
 *  ${V#a} ${V##a} ${V%a} ${V%%a}        without a at the start or the end; a may hold *
 *  $$  \\  \/                           $, \ and /
 * </pre>
 */
public final class EnvironmentExpansion {
  /** Everything else between braces, like {@code ${1}}, stands for nothing and is left alone. */
  private static final Pattern TOKEN =
      Pattern.compile("\\$\\{(#?)([A-Za-z_][A-Za-z0-9_]*)([^}]*)}|\\$\\$|\\\\\\\\|\\\\/");

  private static final Pattern PART = Pattern.compile(":\\s*(-?\\d+)(?::(\\d+))?");
  private static final Pattern DEFAULT = Pattern.compile("(?s):?[-=](.*)");
  private static final Pattern REPLACE = Pattern.compile("(?s)/([/#%]?)(.*?)(?:/(.*))?");
  private static final Pattern TRIM = Pattern.compile("(?s)(##?|%%?)(.*)");

  private EnvironmentExpansion() {}

  /** Returns the text with the references replaced. */
  public static String expand(String text, Map<String, String> environment) {
    Matcher matcher = TOKEN.matcher(text);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(2);
      String value;
      if (name == null) {
        value = matcher.group().substring(1); // of two characters the second
      } else {
        value = environment.getOrDefault(name, "");
        value =
            matcher.group(1).isEmpty()
                ? changed(value, matcher.group(3))
                : Integer.toString(value.length());
      }
      matcher.appendReplacement(out, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(out).toString();
  }

  private static String changed(String value, String operation) {
    switch (operation) {
      case "" -> {
        return value;
      }
      case "^" -> {
        return first(value, value.toUpperCase(Locale.ROOT));
      }
      case "^^" -> {
        return value.toUpperCase(Locale.ROOT);
      }
      case "," -> {
        return first(value, value.toLowerCase(Locale.ROOT));
      }
      case ",," -> {
        return value.toLowerCase(Locale.ROOT);
      }
      default -> {}
    }
    Matcher matcher = DEFAULT.matcher(operation);
    if (matcher.matches()) {
      return value.isEmpty() ? matcher.group(1) : value;
    }
    matcher = PART.matcher(operation);
    if (matcher.matches()) {
      return part(value, matcher.group(1), matcher.group(2));
    }
    matcher = REPLACE.matcher(operation);
    if (matcher.matches()) {
      String with = matcher.group(3) == null ? "" : matcher.group(3);
      return replaced(value, matcher.group(1), matcher.group(2), with);
    }
    matcher = TRIM.matcher(operation);
    return matcher.matches() ? trimmed(value, matcher.group(1), matcher.group(2)) : value;
  }

  private static String first(String value, String changed) {
    return value.isEmpty() ? value : changed.charAt(0) + value.substring(1);
  }

  private static String part(String value, String from, @Nullable String length) {
    int start = Integer.parseInt(from);
    start = Math.clamp(start < 0 ? value.length() + start : start, 0, value.length());
    int end = length == null ? value.length() : start + Integer.parseInt(length);
    return value.substring(start, Math.min(end, value.length()));
  }

  private static String replaced(String value, String where, String old, String with) {
    return switch (where) {
      case "/" -> old.isEmpty() ? value : value.replace(old, with);
      case "#" -> value.startsWith(old) ? with + value.substring(old.length()) : value;
      case "%" ->
          value.endsWith(old) ? value.substring(0, value.length() - old.length()) + with : value;
      default -> {
        int at = value.indexOf(old);
        yield at < 0 || old.isEmpty()
            ? value
            : value.substring(0, at) + with + value.substring(at + old.length());
      }
    };
  }

  private static String trimmed(String value, String mark, String glob) {
    boolean longest = mark.length() == 2;
    boolean start = mark.startsWith("#");
    StringBuilder regex = new StringBuilder();
    for (String piece : glob.splitWithDelimiters("\\*", 0)) {
      regex.append(piece.equals("*") ? (longest || !start ? ".*" : ".*?") : Pattern.quote(piece));
    }
    if (start) {
      Matcher matcher = Pattern.compile("(?s)" + regex).matcher(value);
      return matcher.lookingAt() ? value.substring(matcher.end()) : value;
    }
    // The shortest end begins last.
    for (int i = 0; i <= value.length(); i++) {
      int at = longest ? i : value.length() - i;
      if (Pattern.compile("(?s)" + regex).matcher(value.substring(at)).matches()) {
        return value.substring(0, at);
      }
    }
    return value;
  }
}
