package io.skald.logql.pipeline.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A path into a JSON text: {@code field}, {@code .field}, {@code [n]}, {@code ["any key"]}. */
public final class JsonPath {
  /** One step down: a member by its key, or an element by its index if the key is null. */
  @SuppressWarnings("ArrayRecordComponent") // Private to this class and never compared.
  private record Step(byte @Nullable [] key, int index) {}

  private final List<Step> steps;

  private JsonPath(List<Step> steps) {
    this.steps = List.copyOf(steps);
  }

  /**
   * @throws IllegalArgumentException if the text is not a path
   */
  public static JsonPath parse(String text) {
    return new JsonPathReader(text).read();
  }

  /** What came of a search. */
  public enum Outcome {
    FOUND,
    MISSING,
    /** A value on the way to the target is not valid; {@link JsonPath.Search#error} says how. */
    MALFORMED
  }

  /** Searches for paths; holds what was found last. Not thread-safe. */
  public static final class Search {
    private final JsonScanner scanner = new JsonScanner();
    private byte[] unescapedKey = new byte[64];
    private String error = "";

    /** Returns the scanner, which stands on the value that was found. */
    public JsonScanner value() {
      return scanner;
    }

    /** Returns the error text after {@link Outcome#MALFORMED}. */
    public String error() {
      return error;
    }

    /** Searches {@code area[at, limit)}; of members with one key the first counts. */
    public Outcome find(JsonPath path, byte[] area, int at, int limit) {
      for (Step step : path.steps) {
        at = JsonScanner.skipSpace(area, at, limit);
        if (at == limit) {
          return Outcome.MISSING;
        }
        byte[] key = step.key;
        int below =
            key != null
                ? findMember(key, area, at, limit)
                : findElement(step.index, area, at, limit);
        if (below < 0) {
          return Outcome.MISSING;
        }
        at = below;
      }
      String failure = scanner.readValue(area, at, limit);
      if (failure != null) {
        error = failure;
        return Outcome.MALFORMED;
      }
      return Outcome.FOUND;
    }

    /** Returns the position behind the colon of the member, or -1. */
    private int findMember(byte[] key, byte[] area, int at, int limit) {
      if (area[at] != '{') {
        return -1;
      }
      at++;
      while (true) {
        at = JsonScanner.skipSpace(area, at, limit);
        if (at == limit || area[at] != '"') {
          return -1;
        }
        int keyStart = at + 1;
        int keyEnd = scanner.stringEnd(area, keyStart, limit);
        if (keyEnd < 0) {
          return -1;
        }
        boolean matches = isKey(key, area, keyStart, keyEnd - 1);
        at = JsonScanner.skipSpace(area, keyEnd, limit);
        if (at == limit || area[at] != ':') {
          return -1;
        }
        at++;
        if (matches) {
          return at;
        }
        at = behindNextComma(area, at, limit);
        if (at < 0) {
          return -1;
        }
      }
    }

    /** Skips whatever stands before the comma, valid or not; -1 if the object ends first. */
    private int behindNextComma(byte[] area, int at, int limit) {
      while (true) {
        at = JsonScanner.skipSpace(area, at, limit);
        if (at == limit || area[at] == '}' || area[at] == ']') {
          return -1;
        }
        if (area[at] == ',') {
          return at + 1;
        }
        at = scanner.skipValue(area, at, limit);
        if (at < 0) {
          return -1;
        }
      }
    }

    private int findElement(int index, byte[] area, int at, int limit) {
      if (area[at] != '[') {
        return -1;
      }
      at = JsonScanner.skipSpace(area, at + 1, limit);
      if (at == limit || area[at] == ']') {
        return -1;
      }
      for (int i = 0; i < index; i++) {
        at = behindValueAndComma(area, at, limit);
        if (at < 0) {
          return -1;
        }
      }
      return at;
    }

    /** Skips a valid value and the comma behind it; -1 if either is missing. */
    private int behindValueAndComma(byte[] area, int at, int limit) {
      if (scanner.readValue(area, at, limit) != null) {
        return -1;
      }
      at = JsonScanner.skipSpace(area, scanner.next(), limit);
      return at < limit && area[at] == ',' ? at + 1 : -1;
    }

    private boolean isKey(byte[] key, byte[] area, int start, int end) {
      if (!scanner.escaped()) {
        return Arrays.equals(area, start, end, key, 0, key.length);
      }
      if (unescapedKey.length < end - start) {
        unescapedKey = new byte[end - start];
      }
      int size = JsonStrings.unescape(area, start, end, unescapedKey, 0);
      return size >= 0 && Arrays.equals(unescapedKey, 0, size, key, 0, key.length);
    }
  }

  /** Reads the text of a path. */
  private static final class JsonPathReader {
    private final String text;
    private final List<Step> steps = new ArrayList<>();
    private int at;

    JsonPathReader(String text) {
      this.text = text;
    }

    JsonPath read() {
      if (text.isEmpty()) {
        throw unexpected("FIELD or DOT or LSB");
      }
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == '[') {
          bracket();
        } else if (c == '.') {
          at++;
          field("FIELD");
        } else if (steps.isEmpty()) {
          field("FIELD or DOT or LSB");
        } else {
          throw unexpected("$end or DOT or LSB");
        }
      }
      return new JsonPath(steps);
    }

    private void field(String expected) {
      int start = at;
      while (at < text.length() && isFieldCharacter(text.charAt(at), at == start)) {
        at++;
      }
      if (at == start) {
        throw unexpected(expected);
      }
      steps.add(new Step(text.substring(start, at).getBytes(StandardCharsets.UTF_8), 0));
    }

    private static boolean isFieldCharacter(char c, boolean first) {
      return (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || c == '_'
          || (!first && c >= '0' && c <= '9');
    }

    private void bracket() {
      at++;
      if (at < text.length() && text.charAt(at) == '"') {
        quotedKey();
      } else {
        index();
      }
      if (at == text.length() || text.charAt(at) != ']') {
        throw unexpected("RSB");
      }
      at++;
    }

    private void quotedKey() {
      StringBuilder key = new StringBuilder();
      at++;
      while (at < text.length() && text.charAt(at) != '"') {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        key.append(text.charAt(at++));
      }
      if (at == text.length()) {
        throw unexpected("STRING");
      }
      at++;
      steps.add(new Step(key.toString().getBytes(StandardCharsets.UTF_8), 0));
    }

    private void index() {
      int start = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      if (at == start || at - start > 9) {
        at = start;
        throw unexpected("STRING or INDEX");
      }
      steps.add(new Step(null, Integer.parseInt(text.substring(start, at))));
    }

    private IllegalArgumentException unexpected(String expected) {
      String found = at == text.length() ? "$end" : tokenName(text.charAt(at));
      return new IllegalArgumentException(
          found == null
              ? "unexpected char " + Character.toString(text.codePointAt(at))
              : "syntax error: unexpected " + found + ", expecting " + expected);
    }

    private static @Nullable String tokenName(char c) {
      return switch (c) {
        case '.' -> "DOT";
        case '[' -> "LSB";
        case ']' -> "RSB";
        case '"' -> "STRING";
        default -> isFieldCharacter(c, true) ? "FIELD" : c >= '0' && c <= '9' ? "INDEX" : null;
      };
    }
  }
}
