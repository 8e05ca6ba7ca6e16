package io.skald.logql.engine;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.skald.common.model.Labels;
import io.skald.logql.syntax.MetricExpr;

/**
 * {@code label_replace}: sets a label to text made of what a regular expression found in another.
 */
final class LabelReplacement {
  private final String target;
  private final String replacement;
  private final String source;
  private final Pattern pattern;

  /** The parser has checked the expression. */
  LabelReplacement(MetricExpr.LabelReplace node) {
    target = node.target();
    replacement = node.replacement();
    source = node.source();
    pattern = Pattern.compile("^(?:" + node.regex() + ")$");
  }

  /** Returns the labels with the target set, or removed when its new value is empty. */
  Labels apply(Labels labels) {
    Matcher matcher = pattern.matcher(labels.getOrEmpty(source));
    if (!matcher.find()) {
      return labels;
    }
    String value = expand(matcher);
    Labels.Builder builder = labels.toBuilder();
    return (value.isEmpty() ? builder.remove(target) : builder.set(target, value)).build();
  }

  /** Expands {@code $1}, {@code $name}, {@code ${name}} and {@code $$} as Go's Regexp.Expand. */
  private String expand(Matcher matcher) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < replacement.length()) {
      char c = replacement.charAt(at);
      if (c != '$') {
        out.append(c);
        at++;
      } else if (replacement.startsWith("$$", at)) {
        out.append('$');
        at += 2;
      } else {
        at = expandReference(out, matcher, at);
      }
    }
    return out.toString();
  }

  /** Returns the position behind the reference; a dollar that starts none stands for itself. */
  private int expandReference(StringBuilder out, Matcher matcher, int dollar) {
    boolean braced = replacement.startsWith("{", dollar + 1);
    int start = dollar + (braced ? 2 : 1);
    int end = start;
    while (end < replacement.length() && isNameCharacter(replacement.charAt(end))) {
      end++;
    }
    if (end == start || (braced && !replacement.startsWith("}", end))) {
      out.append('$');
      return dollar + 1;
    }
    String group = group(matcher, replacement.substring(start, end));
    out.append(group);
    return braced ? end + 1 : end;
  }

  private static boolean isNameCharacter(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  /** Returns what the group matched; a group that is not there or took no part is empty. */
  private String group(Matcher matcher, String name) {
    int number = groupNumber(name);
    if (number < 0 || number > matcher.groupCount()) {
      return "";
    }
    String text = matcher.group(number);
    return text == null ? "" : text;
  }

  private int groupNumber(String name) {
    if (name.chars().allMatch(c -> c >= '0' && c <= '9')) {
      boolean leadingZero = name.length() > 1 && name.charAt(0) == '0';
      return leadingZero || name.length() > 9 ? -1 : Integer.parseInt(name);
    }
    return pattern.namedGroups().getOrDefault(name, -1);
  }
}
