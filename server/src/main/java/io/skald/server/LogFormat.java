package io.skald.server;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a line of the log is written. Both ways escape alike: nothing that a client sends can end a
 * line, begin a field, or steer a terminal that shows it.
 */
enum LogFormat {
  /** {@code name=value}, quoted where a plain word will not do. */
  LOGFMT {
    @Override
    String print(Map<String, Object> fields) {
      StringBuilder line = new StringBuilder(200);
      fields.forEach((name, value) -> {
        line.append(line.isEmpty() ? "" : " ").append(name).append('=');
        String text = value.toString();
        // The message stands in quotes always, so that it is found at once.
        if (!name.equals("msg") && isWord(text)) {
          line.append(text);
        } else {
          quote(line, text);
        }
      });
      return line.toString();
    }
  },

  /** One object a line. */
  JSON {
    @Override
    String print(Map<String, Object> fields) {
      StringBuilder line = new StringBuilder(200).append('{');
      fields.forEach((name, value) -> {
        line.append(line.length() == 1 ? "" : ",");
        quote(line, name);
        line.append(':');
        if (value instanceof Number) {
          line.append(value);
        } else {
          quote(line, value.toString());
        }
      });
      return line.append('}').toString();
    }
  };

  private static final String WORD_MARKS = "-_.:/+*|,()!'@";

  /** Returns the names of all formats as they stand in a configuration. */
  static List<String> names() {
    return Arrays.stream(values()).map(LogFormat::text).toList();
  }

  /** Returns the format of a name that is one of {@link #names}. */
  static LogFormat of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the line, without its end. */
  abstract String print(Map<String, Object> fields);

  private static boolean isWord(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(c ->
                (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || WORD_MARKS.indexOf(c) >= 0);
  }

  /** Quotes as JSON does, and escapes more than JSON asks for. */
  private static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      switch (point) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (isHarmless(point)) {
            out.appendCodePoint(point);
          } else {
            for (char unit : Character.toChars(point)) {
              out.append(String.format("\\u%04x", (int) unit));
            }
          }
        }
      }
    }
    out.append('"');
  }

  /** Tells what shows as itself from control and formatting characters and halves of characters. */
  private static boolean isHarmless(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
