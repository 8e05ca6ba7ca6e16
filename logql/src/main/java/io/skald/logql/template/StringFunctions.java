package io.skald.logql.template;

import static io.skald.logql.template.GoType.BOOL;
import static io.skald.logql.template.GoType.INT;
import static io.skald.logql.template.GoType.STRING;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/** Functions over strings: case, trimming, replacement, search, padding. */
final class StringFunctions {
  /** Both spellings of the older functions stay, as templates in dashboards use them. */
  static final List<Function> ALL =
      List.of(
          map("lower", Runes::toLower),
          map("ToLower", Runes::toLower),
          map("upper", Runes::toUpper),
          map("ToUpper", Runes::toUpper),
          map("title", Runes::title),
          map("trim", Runes::trimSpace),
          map("TrimSpace", Runes::trimSpace),
          Function.of("Trim", STRING, a -> trim(a.string(0), a.string(1)), STRING, STRING),
          Function.of("trimAll", STRING, a -> trim(a.string(1), a.string(0)), STRING, STRING),
          Function.of(
              "TrimLeft",
              STRING,
              a -> Runes.trimLeft(a.string(0), Runes.anyOf(a.string(1))),
              STRING,
              STRING),
          Function.of(
              "TrimRight",
              STRING,
              a -> Runes.trimRight(a.string(0), Runes.anyOf(a.string(1))),
              STRING,
              STRING),
          Function.of(
              "TrimPrefix", STRING, a -> trimPrefix(a.string(0), a.string(1)), STRING, STRING),
          Function.of(
              "trimPrefix", STRING, a -> trimPrefix(a.string(1), a.string(0)), STRING, STRING),
          Function.of(
              "TrimSuffix", STRING, a -> trimSuffix(a.string(0), a.string(1)), STRING, STRING),
          Function.of(
              "trimSuffix", STRING, a -> trimSuffix(a.string(1), a.string(0)), STRING, STRING),
          Function.of(
              "Replace",
              STRING,
              a -> replace(a.budget(), a.string(0), a.string(1), a.string(2), a.integer(3)),
              STRING,
              STRING,
              STRING,
              INT),
          Function.of(
              "replace",
              STRING,
              a -> replace(a.budget(), a.string(2), a.string(0), a.string(1), -1),
              STRING,
              STRING,
              STRING),
          Function.of(
              "regexReplaceAll", STRING, a -> regexReplace(a, true), STRING, STRING, STRING),
          Function.of(
              "regexReplaceAllLiteral",
              STRING,
              a -> regexReplace(a, false),
              STRING,
              STRING,
              STRING),
          Function.of("count", INT, StringFunctions::count, STRING, STRING),
          Function.of("contains", BOOL, a -> a.string(1).contains(a.string(0)), STRING, STRING),
          Function.of("hasPrefix", BOOL, a -> a.string(1).startsWith(a.string(0)), STRING, STRING),
          Function.of("hasSuffix", BOOL, a -> a.string(1).endsWith(a.string(0)), STRING, STRING),
          Function.of("trunc", STRING, a -> trunc(a.integer(0), a.string(1)), INT, STRING),
          Function.of(
              "substr",
              STRING,
              a -> substring(a.integer(0), a.integer(1), a.string(2)),
              INT,
              INT,
              STRING),
          Function.of("alignLeft", STRING, a -> align(a, true), INT, STRING),
          Function.of("alignRight", STRING, a -> align(a, false), INT, STRING),
          Function.of("indent", STRING, a -> indent(a, ""), INT, STRING),
          Function.of("nindent", STRING, a -> indent(a, "\n"), INT, STRING),
          Function.of("repeat", STRING, StringFunctions::repeat, INT, STRING));

  private StringFunctions() {}

  private static Function map(String name, UnaryOperator<String> body) {
    return Function.of(name, STRING, a -> body.apply(a.string(0)), STRING);
  }

  private static String trim(String text, String cutSet) {
    IntPredicate cut = Runes.anyOf(cutSet);
    return Runes.trimRight(Runes.trimLeft(text, cut), cut);
  }

  private static String trimPrefix(String text, String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private static String trimSuffix(String text, String suffix) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  /**
   * Replaces the first {@code limit} occurrences; all if it is negative. An empty {@code old}
   * stands before each character and at the end.
   */
  private static String replace(
      Budget budget, String text, String old, String replacement, long limit) {
    StringBuilder out = new StringBuilder(text.length());
    int from = 0;
    long count = 0;
    while (limit < 0 || count < limit) {
      int at = nextOccurrence(text, old, from, count);
      if (at < 0) {
        break;
      }
      budget.checkLength((long) out.length() + (at - from) + replacement.length());
      out.append(text, from, at).append(replacement);
      from = at + old.length();
      count++;
    }
    return out.append(text, from, text.length()).toString();
  }

  private static int nextOccurrence(String text, String old, int from, long count) {
    if (!old.isEmpty()) {
      return text.indexOf(old, from);
    }
    if (count == 0) {
      return 0;
    }
    return from < text.length() ? from + ByteStrings.runeLength(text, from) : -1;
  }

  private static String regexReplace(Arguments arguments, boolean expands)
      throws FunctionException {
    return regexReplace(
        arguments, arguments.string(0), arguments.string(1), arguments.string(2), expands);
  }

  /**
   * Replaces all matches of an expression.
   *
   * @param expands whether {@code $1} in the replacement stands for a group
   */
  static String regexReplace(
      Arguments arguments, String regex, String text, String replacement, boolean expands)
      throws FunctionException {
    Pattern pattern = arguments.regex(regex);
    RegexSearch search = new RegexSearch(pattern, text);
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    while (search.next()) {
      out.append(text, copied, search.start(0));
      if (expands) {
        RegexTemplate.expand(out, replacement, pattern, search, text);
      } else {
        out.append(replacement);
      }
      copied = search.end(0);
      arguments.budget().checkLength(out.length());
      afterMatch(arguments.budget());
    }
    return out.append(text, copied, text.length()).toString();
  }

  private static void afterMatch(Budget budget) {
    budget.step();
    budget.checkTime();
  }

  private static GoInt count(Arguments arguments) throws FunctionException {
    RegexSearch search = new RegexSearch(arguments.regex(arguments.string(0)), arguments.string(1));
    long count = 0;
    while (search.next()) {
      count++;
      afterMatch(arguments.budget());
    }
    return GoInt.of(count);
  }

  private static String trunc(long count, String text) {
    int length = text.length();
    if (count < 0) {
      return length + count > 0 ? text.substring((int) (length + count)) : text;
    }
    return count < length ? text.substring(0, (int) count) : text;
  }

  private static String substring(long start, long end, String text) throws FunctionException {
    int length = text.length();
    if (start < 0) {
      return slice(text, 0, end);
    }
    return slice(text, start, end < 0 || end > length ? length : end);
  }

  /** Slices with the panics of Go's runtime as errors. */
  private static String slice(String text, long start, long end) throws FunctionException {
    String outOfRange = "runtime error: slice bounds out of range ";
    if (end < 0) {
      throw new FunctionException(outOfRange + "[:" + end + "]");
    }
    if (end > text.length()) {
      throw new FunctionException(outOfRange + "[:" + end + "] with length " + text.length());
    }
    if (start > end) {
      throw new FunctionException(outOfRange + "[" + start + ":" + end + "]");
    }
    return text.substring((int) start, (int) end);
  }

  /** Pads or cuts to a number of characters; on the left side the head stays, else the tail. */
  private static String align(Arguments arguments, boolean left) {
    long width = arguments.integer(0);
    String text = arguments.string(1);
    if (width < 0) {
      return text;
    }
    int length = ByteStrings.runeCount(text);
    if (length < width) {
      arguments.budget().checkLength(text.length() + (width - length));
      String padding = " ".repeat((int) (width - length));
      return left ? text + padding : padding + text;
    }
    String head = Runes.head(text, left ? (int) width : length - (int) width);
    return left ? head : text.substring(head.length());
  }

  private static String indent(Arguments arguments, String lead) throws FunctionException {
    String padding = spaces(arguments);
    String text = arguments.string(1);
    return lead + padding + replace(arguments.budget(), text, "\n", "\n" + padding, -1);
  }

  private static String spaces(Arguments arguments) throws FunctionException {
    long count = arguments.integer(0);
    checkCount(count);
    arguments.budget().checkLength(count);
    return " ".repeat((int) count);
  }

  private static String repeat(Arguments arguments) throws FunctionException {
    long count = arguments.integer(0);
    String text = arguments.string(1);
    checkCount(count);
    if (text.isEmpty()) {
      return "";
    }
    arguments.budget().checkLength(count > Integer.MAX_VALUE ? count : count * text.length());
    return text.repeat((int) count);
  }

  private static void checkCount(long count) throws FunctionException {
    if (count < 0) {
      throw new FunctionException("strings: negative Repeat count");
    }
  }
}
