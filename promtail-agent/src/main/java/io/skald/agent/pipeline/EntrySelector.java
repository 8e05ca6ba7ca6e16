package io.skald.agent.pipeline;

import com.google.re2j.Pattern;
import io.skald.common.model.LabelMatcher;
import io.skald.common.values.RegexErrors;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import io.skald.logql.syntax.Stage.LineArgument;
import io.skald.logql.syntax.Stage.LineFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What {@code match} selects by: matchers of labels, then filters of lines; the language of queries
 * without anything else. Other than in a query, the matchers may all match the empty value.
 *
 * @param lines tests of the line's text, all to hold
 */
record EntrySelector(List<LabelMatcher> matchers, List<Predicate<String>> lines) {
  EntrySelector {
    matchers = List.copyOf(matchers);
    lines = List.copyOf(lines);
  }

  static EntrySelector parse(StageOptions options, String text) throws StageConfigException {
    int end = selectorEnd(text);
    try {
      List<LabelMatcher> matchers = Parser.parseSelector(text.substring(0, end), true);
      if (matchers.isEmpty()) {
        throw options.wrong("selector", "needs one matcher at least, like {app=\"x\"}");
      }
      // The query language asks for a matcher that does not take the empty value.
      LogExpr filters = Parser.parseLog("{a=\"b\"}" + text.substring(end));
      return new EntrySelector(matchers, lines(options, filters));
    } catch (ParseException e) {
      throw options.wrong("selector", "cannot be read: " + e.getMessage());
    }
  }

  private static List<Predicate<String>> lines(StageOptions options, LogExpr filters)
      throws StageConfigException {
    List<Predicate<String>> lines = new ArrayList<>();
    for (io.skald.logql.syntax.Stage stage : filters.stages()) {
      if (!(stage instanceof LineFilter filter)) {
        throw options.wrong("selector", "may hold matchers and line filters only: " + stage);
      }
      List<Predicate<String>> alternatives = new ArrayList<>();
      boolean negates = false;
      for (LineArgument argument : filter.alternatives()) {
        if (argument.ip()) {
          throw options.wrong("selector", "cannot hold ip()");
        }
        Predicate<String> test = line -> line.contains(argument.text());
        switch (filter.operator()) {
          case CONTAINS -> {}
          case NOT_CONTAINS -> negates = true;
          case MATCHES -> test = regex(options, argument.text());
          case NOT_MATCHES -> {
            negates = true;
            test = regex(options, argument.text());
          }
          default -> throw options.wrong("selector", "may hold |= != |~ !~ only: " + filter);
        }
        alternatives.add(test);
      }
      Predicate<String> any = line -> alternatives.stream().anyMatch(test -> test.test(line));
      lines.add(negates ? any.negate() : any);
    }
    return lines;
  }

  private static Predicate<String> regex(StageOptions options, String expression)
      throws StageConfigException {
    try {
      Pattern pattern = RegexErrors.compile(expression);
      return line -> pattern.matcher(line).find();
    } catch (IllegalArgumentException e) {
      throw options.wrong("selector", "has an expression that is not RE2: " + e.getMessage());
    }
  }

  /** Returns the index behind the brace that closes the matchers. */
  private static int selectorEnd(String text) {
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == '\\' && quote == '"') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"' || c == '`') {
        quote = c;
      } else if (c == '}') {
        return i + 1;
      }
    }
    return text.length();
  }

  boolean matches(Entry entry) {
    for (LabelMatcher matcher : matchers) {
      if (!matcher.matches(entry.labels())) {
        return false;
      }
    }
    for (Predicate<String> line : lines) {
      if (!line.test(entry.lineText())) {
        return false;
      }
    }
    return true;
  }
}
