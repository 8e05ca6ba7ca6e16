package io.skald.logql.pipeline.json;

import org.jspecify.annotations.Nullable;

/**
 * Finds the values of a JSON text (RFC 8259) without checking more of it than it has to: the inside
 * of a value that is skipped only has to have balanced brackets outside of strings, a number is
 * whatever stands up to the next separator. The error texts are part of the query contract.
 *
 * <p>The fields describe the value that was read last. Not thread-safe.
 */
public final class JsonScanner {
  /** The type of a value. */
  public enum Kind {
    STRING,
    NUMBER,
    BOOLEAN,
    NULL,
    OBJECT,
    ARRAY
  }

  public static final String MALFORMED = "Malformed JSON error";
  public static final String MALFORMED_OBJECT =
      "Value looks like object, but can't find closing '}' symbol";
  public static final String MALFORMED_ARRAY = "Value is array, but can't find closing ']' symbol";
  public static final String MALFORMED_STRING =
      "Value is string, but can't find closing '\"' symbol";
  public static final String MALFORMED_ESCAPE =
      "Encountered an invalid escape sequence in a string";
  public static final String UNKNOWN_TYPE = "Unknown value type";

  private Kind kind = Kind.NULL;
  private int start;
  private int end;
  private int next;
  private boolean escaped;

  public Kind kind() {
    return kind;
  }

  /** Returns where the value begins; of a string, behind the quote. */
  public int start() {
    return start;
  }

  /** Returns where the value ends; of a string, at the closing quote. */
  public int end() {
    return end;
  }

  /** Returns the position behind the value. */
  public int next() {
    return next;
  }

  /** Returns whether the string that was read last holds a backslash. */
  public boolean escaped() {
    return escaped;
  }

  /** Returns the position of the first byte that is no white space, or {@code limit}. */
  public static int skipSpace(byte[] area, int at, int limit) {
    while (at < limit
        && (area[at] == ' ' || area[at] == '\n' || area[at] == '\t' || area[at] == '\r')) {
      at++;
    }
    return at;
  }

  /**
   * Returns the position behind the closing quote of a string, or -1 if it has none.
   *
   * @param at behind the opening quote
   */
  public int stringEnd(byte[] area, int at, int limit) {
    escaped = false;
    while (at < limit) {
      byte b = area[at];
      if (b == '"') {
        return at + 1;
      }
      if (b == '\\') {
        escaped = true;
        at++;
      }
      at++;
    }
    return -1;
  }

  /**
   * Returns the position behind the bracket that closes the one at {@code at}, or -1. Brackets in
   * strings do not count, nor do those of the other kind.
   */
  public int blockEnd(byte[] area, int at, int limit, char open, char close) {
    int depth = 0;
    while (at < limit) {
      byte b = area[at++];
      if (b == '"') {
        at = stringEnd(area, at, limit);
        if (at < 0) {
          return -1;
        }
      } else if (b == open) {
        depth++;
      } else if (b == close && --depth == 0) {
        return at;
      }
    }
    return -1;
  }

  /**
   * Reads the value at or behind {@code at} into the fields.
   *
   * @return null, or the error text if there is none
   */
  public @Nullable String readValue(byte[] area, int at, int limit) {
    at = skipSpace(area, at, limit);
    if (at == limit) {
      return MALFORMED;
    }
    start = at;
    return switch (area[at]) {
      case '"' -> string(at, stringEnd(area, at + 1, limit));
      case '{' -> block(Kind.OBJECT, blockEnd(area, at, limit, '{', '}'), MALFORMED_OBJECT);
      case '[' -> block(Kind.ARRAY, blockEnd(area, at, limit, '[', ']'), MALFORMED_ARRAY);
      default -> token(area, at, limit);
    };
  }

  /**
   * Returns the position behind the value at {@code at}, of whatever type, or -1 if a string or a
   * bracket is not closed. Leaves the fields alone.
   */
  int skipValue(byte[] area, int at, int limit) {
    return switch (area[at]) {
      case '"' -> stringEnd(area, at + 1, limit);
      case '{' -> blockEnd(area, at, limit, '{', '}');
      case '[' -> blockEnd(area, at, limit, '[', ']');
      default -> tokenEnd(area, at, limit);
    };
  }

  private static int tokenEnd(byte[] area, int at, int limit) {
    while (at < limit && !endsToken(area[at])) {
      at++;
    }
    return at;
  }

  private @Nullable String string(int at, int behind) {
    if (behind < 0) {
      return MALFORMED_STRING;
    }
    kind = Kind.STRING;
    start = at + 1;
    end = behind - 1;
    next = behind;
    return null;
  }

  private @Nullable String block(Kind type, int behind, String error) {
    if (behind < 0) {
      return error;
    }
    kind = type;
    end = behind;
    next = behind;
    return null;
  }

  private @Nullable String token(byte[] area, int at, int limit) {
    end = tokenEnd(area, at, limit);
    next = end;
    byte first = area[start];
    if (first == '-' || (first >= '0' && first <= '9')) {
      kind = Kind.NUMBER;
    } else if (isWord(area, "true") || isWord(area, "false")) {
      kind = Kind.BOOLEAN;
    } else if (isWord(area, "null")) {
      kind = Kind.NULL;
    } else {
      return UNKNOWN_TYPE;
    }
    return null;
  }

  private static boolean endsToken(byte b) {
    return switch (b) {
      case ' ', '\n', '\r', '\t', ',', '}', ']' -> true;
      default -> false;
    };
  }

  private boolean isWord(byte[] area, String word) {
    if (end - start != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (area[start + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
