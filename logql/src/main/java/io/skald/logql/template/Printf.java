package io.skald.logql.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Go's {@code fmt.Sprintf}: walks a format string and prints the arguments with its verbs. */
final class Printf {
  /** Larger widths and precisions are not taken, as in Go. */
  private static final int MAX_NUMBER = 1_000_000;

  private final String format;
  private final List<@Nullable Object> arguments;
  private final Budget budget;
  private final StringBuilder out = new StringBuilder();
  private int position;
  private int argument;

  /** Whether the arguments were taken out of order: then no extra ones are reported. */
  private boolean isReordered;

  /** Whether the explicit argument numbers of the current verb are good. */
  private boolean isGoodNumber;

  /** Whether an explicit argument number stands directly before. */
  private boolean isAfterNumber;

  private Printf(String format, List<@Nullable Object> arguments, Budget budget) {
    this.format = format;
    this.arguments = arguments;
    this.budget = budget;
  }

  /**
   * @param format a byte string
   * @param arguments bare values
   */
  static String format(String format, List<@Nullable Object> arguments, Budget budget) {
    return new Printf(format, arguments, budget).run();
  }

  private String run() {
    while (position < format.length()) {
      int percent = format.indexOf('%', position);
      if (percent < 0) {
        out.append(format, position, format.length());
        break;
      }
      out.append(format, position, percent);
      position = percent + 1;
      directive();
      budget.checkLength(out.length());
    }
    if (!isReordered && argument < arguments.size()) {
      extraArguments();
    }
    return out.toString();
  }

  private void directive() {
    FormatFlags flags = new FormatFlags(budget);
    isGoodNumber = true;
    isAfterNumber = false;
    flags(flags);
    explicitNumber();
    width(flags);
    precision(flags);
    if (!isAfterNumber) {
      explicitNumber();
    }
    if (position >= format.length()) {
      out.append("%!(NOVERB)");
      return;
    }
    int verb = ByteStrings.runeAt(format, position);
    position += ByteStrings.runeLength(format, position);
    if (verb == '%') {
      out.append('%');
    } else if (!isGoodNumber) {
      out.append("%!").append(ByteStrings.ofRune(verb)).append("(BADINDEX)");
    } else if (argument >= arguments.size()) {
      out.append("%!").append(ByteStrings.ofRune(verb)).append("(MISSING)");
    } else {
      if (verb == 'v') {
        flags.setVerbV();
      }
      new Formatter(out, budget, flags).argument(arguments.get(argument), verb);
      argument++;
    }
  }

  private void flags(FormatFlags flags) {
    for (; position < format.length(); position++) {
      switch (format.charAt(position)) {
        case '#' -> flags.sharp = true;
        case '+' -> flags.plus = true;
        case ' ' -> flags.space = true;
        case '0' -> flags.zero = !flags.minus;
        case '-' -> {
          flags.minus = true;
          flags.zero = false;
        }
        default -> {
          return;
        }
      }
    }
  }

  private void width(FormatFlags flags) {
    if (at('*')) {
      position++;
      Integer width = integerArgument();
      if (width == null) {
        out.append("%!(BADWIDTH)");
      } else {
        flags.setWidth(width);
      }
      isAfterNumber = false;
      return;
    }
    flags.width = number(format.length());
    if (isAfterNumber && flags.hasWidth()) {
      isGoodNumber = false;
    }
  }

  private void precision(FormatFlags flags) {
    if (!at('.') || position + 1 >= format.length()) {
      return;
    }
    position++;
    if (isAfterNumber) {
      isGoodNumber = false;
    }
    explicitNumber();
    if (at('*')) {
      position++;
      Integer precision = integerArgument();
      if (precision == null || precision < 0) {
        out.append("%!(BADPREC)");
      } else {
        flags.precision = precision;
      }
      isAfterNumber = false;
      return;
    }
    flags.precision = Math.max(0, number(format.length()));
  }

  private boolean at(char c) {
    return position < format.length() && format.charAt(position) == c;
  }

  /** Takes digits up to {@code end}; returns ABSENT if there are none or too many. */
  private int number(int end) {
    int start = position;
    int value = 0;
    while (position < end && format.charAt(position) >= '0' && format.charAt(position) <= '9') {
      if (value > MAX_NUMBER) {
        position = end;
        return FormatFlags.ABSENT;
      }
      value = value * 10 + (format.charAt(position) - '0');
      position++;
    }
    return position == start ? FormatFlags.ABSENT : value;
  }

  /** Takes {@code [n]}, which makes the n-th argument, from 1, the next one. */
  private void explicitNumber() {
    isAfterNumber = false;
    if (!at('[')) {
      return;
    }
    isReordered = true;
    int close = format.indexOf(']', position);
    if (close < 0 || format.length() - position < 3) {
      position++;
      isGoodNumber = false;
      return;
    }
    position++;
    int number = number(close);
    boolean isNumber = number != FormatFlags.ABSENT && position == close;
    position = close + 1;
    isAfterNumber = isNumber;
    if (isNumber && number >= 1 && number <= arguments.size()) {
      argument = number - 1;
    } else {
      isGoodNumber = false;
    }
  }

  /** Takes the next argument as a width or precision; null if it is not a fitting integer. */
  private @Nullable Integer integerArgument() {
    if (argument >= arguments.size()) {
      return null;
    }
    Object value = arguments.get(argument);
    argument++;
    return value instanceof GoInt(_, long number) && number >= -MAX_NUMBER && number <= MAX_NUMBER
        ? (int) number
        : null;
  }

  private void extraArguments() {
    out.append("%!(EXTRA ");
    for (int i = argument; i < arguments.size(); i++) {
      out.append(i > argument ? ", " : "");
      Object value = arguments.get(i);
      if (value == null) {
        out.append(Formatter.NIL);
      } else {
        out.append(Values.typeOf(value).text()).append('=');
        new Formatter(out, budget, new FormatFlags(budget)).argument(value, 'v');
      }
      budget.checkLength(out.length());
    }
    out.append(')');
  }
}
