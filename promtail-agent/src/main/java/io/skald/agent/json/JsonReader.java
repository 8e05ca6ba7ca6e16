package io.skald.agent.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON text (RFC 8259). Objects become maps in the order of the text, the last of equal
 * keys winning; numbers become doubles. A lone surrogate, written or escaped, becomes U+FFFD. Used
 * once.
 */
public final class JsonReader {
  private static final int MAX_DEPTH = 500;
  private static final char REPLACEMENT = '\uFFFD';

  /** Whole numbers of so many digits are exact in a double. */
  private static final int EXACT_DIGITS = 15;

  private final String text;
  private final boolean exact;
  private int at;
  private int depth;

  private JsonReader(String text, boolean exact) {
    this.text = text;
    this.exact = exact;
  }

  /**
   * Reads an object.
   *
   * @param wanted the keys of the outermost object that are kept; null keeps all. The others are
   *     checked all the same
   * @param exact whether whole numbers that no double holds become {@link WholeNumber}s
   * @return null if the text is {@code null}
   * @throws JsonException if the text is anything else, or something follows
   */
  public static @Nullable Map<String, @Nullable Object> readObject(
      String text, @Nullable Set<String> wanted, boolean exact) throws JsonException {
    JsonReader reader = new JsonReader(text, exact);
    reader.skipSpace();
    Map<String, @Nullable Object> object = null;
    if (reader.at < text.length() && text.charAt(reader.at) == '{') {
      object = reader.object(wanted, true);
    } else {
      reader.literal("null");
    }
    reader.expectEnd();
    return object;
  }

  /** Reads any value. */
  public static @Nullable Object read(String text) throws JsonException {
    JsonReader reader = new JsonReader(text, false);
    Object value = reader.value(true);
    reader.expectEnd();
    return value;
  }

  private void expectEnd() throws JsonException {
    skipSpace();
    if (at < text.length()) {
      throw wrong("text after the value");
    }
  }

  private @Nullable Object value(boolean keep) throws JsonException {
    skipSpace();
    if (at == text.length()) {
      throw wrong("the end where a value should be");
    }
    char c = text.charAt(at);
    return switch (c) {
      case '{' -> object(null, keep);
      case '[' -> array(keep);
      case '"' -> string(keep);
      case 't' -> {
        literal("true");
        yield true;
      }
      case 'f' -> {
        literal("false");
        yield false;
      }
      case 'n' -> {
        literal("null");
        yield null;
      }
      default -> number(keep);
    };
  }

  private Map<String, @Nullable Object> object(@Nullable Set<String> wanted, boolean keep)
      throws JsonException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    enter();
    at++;
    skipSpace();
    if (skip('}')) {
      depth--;
      return object;
    }
    do {
      skipSpace();
      if (at == text.length() || text.charAt(at) != '"') {
        throw wrong("no key");
      }
      String key = string(keep);
      skipSpace();
      if (!skip(':')) {
        throw wrong("no colon");
      }
      boolean kept = keep && (wanted == null || wanted.contains(key));
      Object value = value(kept);
      if (kept) {
        object.put(key, value);
      }
      skipSpace();
    } while (skip(','));
    if (!skip('}')) {
      throw wrong("an object without its end");
    }
    depth--;
    return object;
  }

  private List<@Nullable Object> array(boolean keep) throws JsonException {
    List<@Nullable Object> array = new ArrayList<>();
    enter();
    at++;
    skipSpace();
    if (skip(']')) {
      depth--;
      return array;
    }
    do {
      Object value = value(keep);
      if (keep) {
        array.add(value);
      }
      skipSpace();
    } while (skip(','));
    if (!skip(']')) {
      throw wrong("an array without its end");
    }
    depth--;
    return array;
  }

  private void enter() throws JsonException {
    depth++;
    if (depth > MAX_DEPTH) {
      throw wrong("more than " + MAX_DEPTH + " levels");
    }
  }

  private String string(boolean keep) throws JsonException {
    int start = ++at;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return keep ? text.substring(start, at - 1) : "";
      }
      if (c == '\\' || Character.isSurrogate(c)) {
        return unusualString(start);
      }
      if (c < ' ') {
        throw wrong("a control character in a string");
      }
      at++;
    }
    throw wrong("a string without its end");
  }

  /** Reads on where the first escape or surrogate was met. */
  private String unusualString(int start) throws JsonException {
    StringBuilder out = new StringBuilder(text.substring(start, at));
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return out.toString();
      }
      if (c < ' ') {
        throw wrong("a control character in a string");
      }
      if (c == '\\') {
        escape(out);
      } else if (Character.isHighSurrogate(c)
          && at < text.length()
          && Character.isLowSurrogate(text.charAt(at))) {
        out.append(c).append(text.charAt(at++));
      } else {
        out.append(Character.isSurrogate(c) ? REPLACEMENT : c);
      }
    }
    throw wrong("a string without its end");
  }

  private void escape(StringBuilder out) throws JsonException {
    if (at == text.length()) {
      throw wrong("a string without its end");
    }
    char c = text.charAt(at++);
    switch (c) {
      case '"', '\\', '/' -> out.append(c);
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'u' -> {
        char unit = hex();
        if (Character.isHighSurrogate(unit) && text.startsWith("\\u", at)) {
          int before = at;
          at += 2;
          char low = hex();
          if (Character.isLowSurrogate(low)) {
            out.append(unit).append(low);
            return;
          }
          at = before;
        }
        out.append(Character.isSurrogate(unit) ? REPLACEMENT : unit);
      }
      default -> throw wrong("an unknown escape");
    }
  }

  private char hex() throws JsonException {
    if (at + 4 > text.length()) {
      throw wrong("a short escape");
    }
    int value = 0;
    for (int i = 0; i < 4; i++) {
      char c = text.charAt(at++);
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw wrong("a digit that is not hexadecimal");
      }
      value = 16 * value + digit;
    }
    return (char) value;
  }

  private @Nullable Object number(boolean keep) throws JsonException {
    int start = at;
    skip('-');
    if (skip('0')) {
      // no digit may follow
    } else if (digits() == 0) {
      throw wrong("no value");
    }
    boolean whole = true;
    if (skip('.')) {
      whole = false;
      if (digits() == 0) {
        throw wrong("no digit after the point");
      }
    }
    if (skip('e') || skip('E')) {
      whole = false;
      if (!skip('+')) {
        skip('-');
      }
      if (digits() == 0) {
        throw wrong("no digit in the exponent");
      }
    }
    if (!keep) {
      return null;
    }
    if (whole && at - start <= EXACT_DIGITS && text.charAt(start) != '-') {
      return (double) Long.parseLong(text, start, at, 10);
    }
    if (whole && exact && at - start > EXACT_DIGITS) {
      return new WholeNumber(text.substring(start, at));
    }
    double value = Double.parseDouble(text.substring(start, at));
    if (Double.isInfinite(value)) {
      throw wrong("a number out of range");
    }
    return value;
  }

  private int digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at - start;
  }

  private void literal(String word) throws JsonException {
    if (!text.startsWith(word, at)) {
      throw wrong("no value");
    }
    at += word.length();
  }

  private boolean skip(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void skipSpace() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
        return;
      }
      at++;
    }
  }

  private JsonException wrong(String what) {
    return new JsonException(what + " at character " + at);
  }
}
