package io.skald.logql.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values as Go's package fmt prints them with one verb; Print and Println. */
final class Formatter {
  static final String NIL = "<nil>";

  /** What a template prints for no value. */
  static final String NO_VALUE = "<no value>";

  private final StringBuilder out;
  private final Budget budget;
  private final FormatFlags flags;

  Formatter(StringBuilder out, Budget budget, FormatFlags flags) {
    this.out = out;
    this.budget = budget;
    this.flags = flags;
  }

  /** Returns what an action writes for a value. */
  static String printed(Budget budget, @Nullable Object value) {
    Object bare = Values.bare(value);
    return bare == null ? NO_VALUE : print(budget, List.of(bare));
  }

  /** Returns a bare value as {@code %s} or another verb prints it. */
  static String withVerb(Budget budget, @Nullable Object value, int verb) {
    StringBuilder out = new StringBuilder();
    new Formatter(out, budget, new FormatFlags(budget)).argument(value, verb);
    return out.toString();
  }

  /** Returns bare values with a space between those that are both not strings. */
  static String print(Budget budget, List<? extends @Nullable Object> values) {
    StringBuilder out = new StringBuilder();
    boolean afterString = true;
    for (Object value : values) {
      boolean isString = value instanceof String;
      if (!isString && !afterString) {
        out.append(' ');
      }
      append(out, budget, value);
      afterString = isString;
    }
    return out.toString();
  }

  /** Returns bare values with spaces between them and a line break at the end. */
  static String printLine(Budget budget, List<? extends @Nullable Object> values) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.append(' ');
      }
      append(out, budget, values.get(i));
    }
    return out.append('\n').toString();
  }

  private static void append(StringBuilder out, Budget budget, @Nullable Object value) {
    new Formatter(out, budget, new FormatFlags(budget)).argument(value, 'v');
    budget.checkLength(out.length());
  }

  /**
   * Appends an argument of a format.
   *
   * @param value a bare value
   */
  void argument(@Nullable Object value, int verb) {
    if (value == null) {
      if (verb == 'T' || verb == 'v') {
        flags.pad(out, NIL);
      } else {
        badVerb(null, verb);
      }
    } else if (verb == 'T') {
      flags.pad(out, flags.truncate(Values.typeOf(value).text()));
    } else {
      value(value, verb);
    }
  }

  private void value(Object value, int verb) {
    switch (value) {
      case Boolean bool -> {
        if (verb == 't' || verb == 'v') {
          flags.pad(out, bool.toString());
        } else {
          badVerb(value, verb);
        }
      }
      case Double number -> floating(number, verb);
      case GoInt integer -> {
        String text = Methods.text(integer);
        if (text != null && !flags.goSyntax && isStringVerb(verb)) {
          string(text, text, verb);
        } else {
          integer(integer, verb);
        }
      }
      case String text -> string(text, text, verb);
      case GoTime time -> {
        if (isStringVerb(verb)) {
          string(flags.goSyntax ? time.goSyntax() : time.toString(), value, verb);
        } else {
          badVerb(value, verb);
        }
      }
      case GoMap map -> map(map, verb);
      case List<?> list -> list(Values.elements(list), verb);
      default -> throw new IllegalArgumentException("not a bare value: " + value.getClass());
    }
  }

  private static boolean isStringVerb(int verb) {
    return switch (verb) {
      case 'v', 's', 'x', 'X', 'q' -> true;
      default -> false;
    };
  }

  /**
   * @param value what an error shows
   */
  private void string(String text, Object value, int verb) {
    switch (verb) {
      case 'v' -> {
        if (flags.goSyntax && value instanceof String) {
          quoted(text);
        } else {
          flags.pad(out, flags.truncate(text));
        }
      }
      case 's' -> flags.pad(out, flags.truncate(text));
      case 'q' -> quoted(text);
      case 'x', 'X' -> hex(text, verb == 'X');
      default -> badVerb(value, verb);
    }
  }

  private void quoted(String text) {
    String shown = flags.truncate(text);
    if (flags.sharp && GoQuote.canBackquote(shown)) {
      flags.pad(out, "`" + shown + "`");
    } else {
      flags.pad(out, flags.plus ? GoQuote.quoteAscii(shown) : GoQuote.quote(shown));
    }
  }

  /** Appends the bytes in hexadecimal; space and sharp set them apart. */
  private void hex(String text, boolean upper) {
    String prefix = upper ? "0X" : "0x";
    int length = flags.hasPrecision() ? Math.min(flags.precision, text.length()) : text.length();
    budget.checkLength(5L * length);
    StringBuilder digits = new StringBuilder(2 * length);
    for (int i = 0; i < length; i++) {
      digits.append(flags.space && i > 0 ? " " : "");
      digits.append(flags.sharp && (flags.space || i == 0) ? prefix : "");
      String two = Integer.toHexString(0x100 | text.charAt(i)).substring(1);
      digits.append(upper ? two.toUpperCase(Locale.ROOT) : two);
    }
    flags.pad(out, digits.toString());
  }

  private void integer(GoInt integer, int verb) {
    long value = integer.value();
    switch (verb) {
      case 'v', 'd', 'b', 'o', 'O', 'x', 'X' -> {
        if (verb == 'v' && flags.goSyntax && integer.type() == GoType.UINT8) {
          flags.sharp = true;
          NumberFormat.integer(out, flags, value, 'x');
          flags.sharp = false;
        } else {
          NumberFormat.integer(out, flags, value, verb);
        }
      }
      case 'c' -> flags.pad(out, ByteStrings.ofRune(codePoint(value)));
      case 'q' -> flags.pad(out, GoQuote.quoteRune(codePoint(value), flags.plus));
      case 'U' -> NumberFormat.unicode(out, flags, value);
      default -> badVerb(integer, verb);
    }
  }

  private static int codePoint(long value) {
    return value < 0 || value > 0x10FFFF ? ByteStrings.REPLACEMENT : (int) value;
  }

  private void floating(double value, int verb) {
    switch (verb) {
      case 'v', 'b', 'g', 'G', 'x', 'X', 'f', 'F', 'e', 'E' ->
          NumberFormat.floating(out, flags, value, verb);
      default -> badVerb(value, verb);
    }
  }

  private void map(GoMap map, int verb) {
    if (verb == 'p') {
      badVerb(map, verb);
      return;
    }
    out.append(flags.goSyntax ? map.type().text() + "{" : "map[");
    boolean first = true;
    for (Map.Entry<String, @Nullable Object> entry : map.entries().entrySet()) {
      out.append(first ? "" : flags.goSyntax ? ", " : " ");
      first = false;
      element(entry.getKey(), verb);
      out.append(':');
      element(entry.getValue(), verb);
    }
    out.append(flags.goSyntax ? '}' : ']');
  }

  private void list(List<@Nullable Object> list, int verb) {
    if (verb == 'p') {
      badVerb(list, verb);
      return;
    }
    out.append(flags.goSyntax ? GoType.LIST.text() + "{" : "[");
    for (int i = 0; i < list.size(); i++) {
      out.append(i == 0 ? "" : flags.goSyntax ? ", " : " ");
      element(list.get(i), verb);
    }
    out.append(flags.goSyntax ? '}' : ']');
  }

  private void element(@Nullable Object value, int verb) {
    budget.checkLength(out.length());
    if (value == null) {
      out.append(flags.goSyntax ? "interface {}(nil)" : NIL);
    } else {
      value(value, verb);
    }
  }

  private void badVerb(@Nullable Object value, int verb) {
    out.append("%!").append(ByteStrings.ofRune(verb)).append('(');
    if (value == null) {
      out.append(NIL);
    } else {
      out.append(Values.typeOf(value).text()).append('=');
      if (value instanceof GoInt integer) {
        integer(integer, 'v');
      } else {
        value(value, 'v');
      }
    }
    out.append(')');
  }
}
