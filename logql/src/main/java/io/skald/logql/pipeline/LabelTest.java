package io.skald.logql.pipeline;

import com.google.re2j.Pattern;
import io.skald.common.model.LabelMatcher;
import io.skald.common.values.ByteSize;
import io.skald.common.values.GoDuration;
import io.skald.common.values.GoFloat;
import io.skald.common.values.RegexErrors;
import io.skald.logql.pipeline.match.IpPattern;
import io.skald.logql.syntax.LabelFilter;
import io.skald.logql.syntax.LabelFilter.Comparison;
import java.nio.charset.StandardCharsets;

/** A compiled label filter. Immutable and thread-safe. */
interface LabelTest {
  String ERROR_NAME = "LabelFilterErr";

  /** Returns whether the entry passes; may set its error. */
  boolean test(LabelState labels);

  /**
   * @throws IllegalArgumentException if a regular expression or an address is not valid
   */
  static LabelTest compile(LabelFilter filter) {
    return switch (filter) {
      case LabelFilter.Text(LabelMatcher matcher) -> text(matcher);
      case LabelFilter.Number(String name, Comparison comparison, double value, _) ->
          new Numeric(name, comparison, value);
      case LabelFilter.Duration(String name, Comparison comparison, long nanos, _) ->
          new Quantity(name, comparison, nanos, GoDuration::parse);
      case LabelFilter.Bytes(String name, Comparison comparison, long bytes, _) ->
          new Quantity(name, comparison, rounded(bytes), ByteSize::parse);
      case LabelFilter.Ip(String name, boolean negated, String pattern) ->
          new Ip(name, negated, IpPattern.compile(pattern));
      case LabelFilter.And(LabelFilter left, LabelFilter right) ->
          new And(compile(left), compile(right));
      case LabelFilter.Or(LabelFilter left, LabelFilter right) ->
          new Or(compile(left), compile(right));
    };
  }

  /**
   * Returns the size that clients of the language know a literal to have: it is written in the
   * largest SI unit with two digits at most, {@code 1GiB} as {@code 1.1GB}, and read back.
   */
  private static long rounded(long bytes) {
    return ByteSize.parse(ByteSize.formatSi(bytes));
  }

  private static LabelTest text(LabelMatcher matcher) {
    return switch (matcher.operator()) {
      case EQUAL -> new Equal(matcher.name(), matcher.value(), true);
      case NOT_EQUAL -> new Equal(matcher.name(), matcher.value(), false);
      case REGEX -> new Regex(matcher.name(), anchored(matcher.value()), true);
      case NOT_REGEX -> new Regex(matcher.name(), anchored(matcher.value()), false);
    };
  }

  /** Unlike in a stream selector, the dot does not match a newline. */
  private static Pattern anchored(String expression) {
    RegexErrors.compile(expression);
    return RegexErrors.compile("^(?:" + expression + ")$");
  }

  /** Returns the text that string filters see: of an error its name, of its details nothing. */
  private static String textOf(LabelState labels, String name) {
    String value =
        switch (name) {
          case LabelState.ERROR -> labels.error();
          case LabelState.ERROR_DETAILS -> "";
          default -> labels.getLabel(name);
        };
    return value == null ? "" : value;
  }

  /** Keeps the entry although its label cannot be compared, and says so unless it has an error. */
  private static boolean keepWithError(LabelState labels, RuntimeException failure) {
    if (labels.error() == null) {
      labels.setError(ERROR_NAME, failure.getMessage());
    }
    return true;
  }

  /** {@code name="text"}, {@code name!="text"}. */
  record Equal(String name, String text, boolean equal) implements LabelTest {
    @Override
    public boolean test(LabelState labels) {
      return textOf(labels, name).equals(text) == equal;
    }
  }

  /** {@code name=~"expression"}, {@code name!~"expression"}. */
  record Regex(String name, Pattern pattern, boolean matching) implements LabelTest {
    @Override
    public boolean test(LabelState labels) {
      return pattern.matches(textOf(labels, name)) == matching;
    }
  }

  /** {@code name > 5}. */
  record Numeric(String name, Comparison comparison, double value) implements LabelTest {
    @Override
    public boolean test(LabelState labels) {
      double simple = labels.simpleNumber(name);
      if (!Double.isNaN(simple)) {
        return comparison.test(simple, value);
      }
      String text = labels.getLabel(name);
      if (text == null) {
        return false;
      }
      try {
        return comparison.test(GoFloat.parse(text), value);
      } catch (NumberFormatException e) {
        return keepWithError(labels, e);
      }
    }
  }

  /** Reads a label value as a whole number of some unit. */
  interface QuantityReader {
    /**
     * @throws IllegalArgumentException if the text is none; the message is for the user
     */
    long read(String text);
  }

  /** {@code name > 5s}, {@code name > 5KB}. */
  record Quantity(String name, Comparison comparison, long value, QuantityReader reader)
      implements LabelTest {
    @Override
    public boolean test(LabelState labels) {
      String text = labels.getLabel(name);
      if (text == null) {
        return false;
      }
      try {
        return holds(Long.compare(reader.read(text), value));
      } catch (IllegalArgumentException e) {
        return keepWithError(labels, e);
      }
    }

    private boolean holds(int order) {
      return comparison.test(order, 0);
    }
  }

  /** {@code name = ip("pattern")}. */
  record Ip(String name, boolean negated, IpPattern pattern) implements LabelTest {
    @Override
    public boolean test(LabelState labels) {
      String text = labels.getLabel(name);
      if (text == null) {
        return false;
      }
      if (labels.hasError()) {
        return true;
      }
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return pattern.test(bytes, 0, bytes.length) != negated;
    }
  }

  /** Evaluates both sides, so that both can set an error. */
  record And(LabelTest left, LabelTest right) implements LabelTest {
    @Override
    public boolean test(LabelState labels) {
      boolean passes = left.test(labels);
      return right.test(labels) && passes;
    }
  }

  record Or(LabelTest left, LabelTest right) implements LabelTest {
    @Override
    public boolean test(LabelState labels) {
      return left.test(labels) || right.test(labels);
    }
  }
}
