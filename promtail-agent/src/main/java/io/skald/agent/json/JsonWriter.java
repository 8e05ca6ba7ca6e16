package io.skald.agent.json;

import io.skald.common.values.GoFloat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints JSON without spaces, {@code < > &} and the line separators escaped, as Go does. */
public final class JsonWriter {
  /** From here on numbers get an exponent, as in ECMAScript. */
  private static final double LARGE = 1e21;

  private static final double SMALL = 1e-6;

  private JsonWriter() {}

  public static String write(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value);
    return out.toString();
  }

  private static void append(StringBuilder out, @Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case String text -> appendString(out, text);
      case Double number -> out.append(number(number));
      case Map<?, ?> map -> {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(separator);
          appendString(out, entry.getKey().toString());
          out.append(':');
          append(out, entry.getValue());
          separator = ",";
        }
        out.append('}');
      }
      case List<?> list -> {
        out.append('[');
        String separator = "";
        for (Object item : list) {
          out.append(separator);
          append(out, item);
          separator = ",";
        }
        out.append(']');
      }
      default -> out.append(value);
    }
  }

  private static String number(double value) {
    double size = Math.abs(value);
    if (size == 0 || (size >= SMALL && size < LARGE)) {
      return GoFloat.formatShortest(value);
    }
    String text = GoFloat.formatExponent(value);
    // e-09 is written e-9
    return text.replaceFirst("e-0([0-9])$", "e-$1");
  }

  /** Appends a quoted string. A lone surrogate is written as U+FFFD. */
  public static void appendString(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '<', '>', '&', '\u2028', '\u2029' -> appendEscape(out, c);
        default -> {
          if (c < ' ') {
            appendEscape(out, c);
          } else if (!Character.isSurrogate(c)) {
            out.append(c);
          } else if (Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1))) {
            out.append(c).append(text.charAt(++i));
          } else {
            out.append('\uFFFD');
          }
        }
      }
    }
    out.append('"');
  }

  private static void appendEscape(StringBuilder out, char c) {
    out.append("\\u");
    String hex = Integer.toHexString(c);
    out.repeat('0', 4 - hex.length()).append(hex);
  }
}
