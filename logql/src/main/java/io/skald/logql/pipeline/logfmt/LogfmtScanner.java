package io.skald.logql.pipeline.logfmt;

import io.skald.logql.pipeline.json.JsonStrings;
import io.skald.logql.pipeline.match.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Walks the pairs of a logfmt line: {@code key}, {@code key=value}, {@code key="quoted value"},
 * apart by any bytes up to the space. Behind a quoted value the next key may follow at once.
 *
 * <p>The fields describe the pair of the last {@link #next} that returned {@link Step#PAIR}. After
 * {@link Step#ERROR} the walk can go on behind the malformed token. Not thread-safe.
 */
public final class LogfmtScanner {
  /** What a step met. */
  public enum Step {
    PAIR,
    ERROR,
    END
  }

  private byte[] area = {};
  private int begin;
  private int at;
  private int limit;
  private int keyStart;
  private int keyEnd;
  private int valueStart;
  private int valueEnd;
  private boolean escaped;
  private String error = "";

  /** Starts at the beginning of {@code area[start, end)}. */
  public void reset(byte[] area, int start, int end) {
    this.area = area;
    this.begin = start;
    this.at = start;
    this.limit = end;
  }

  public int keyStart() {
    return keyStart;
  }

  public int keyEnd() {
    return keyEnd;
  }

  /** Returns where the value begins; of a quoted one, behind the quote. */
  public int valueStart() {
    return valueStart;
  }

  /** Returns where the value ends; equal to {@link #valueStart} if there is none. */
  public int valueEnd() {
    return valueEnd;
  }

  /** Returns whether the value is quoted and holds a backslash: see {@link #unescape}. */
  public boolean escaped() {
    return escaped;
  }

  /** Returns the text of the last error, with the 1-based byte position. */
  public String error() {
    return error;
  }

  /** Goes to the next pair. */
  public Step next() {
    while (at < limit && isSpace(area[at])) {
      at++;
    }
    if (at == limit) {
      return Step.END;
    }
    keyStart = at;
    boolean foreign = false;
    while (at < limit && !isSpace(area[at]) && area[at] != '=' && area[at] != '"') {
      foreign |= area[at] < 0;
      at++;
    }
    keyEnd = at;
    valueStart = at;
    valueEnd = at;
    escaped = false;
    if (at < limit && (area[at] == '"' || keyEnd == keyStart)) {
      return unexpectedByte();
    }
    if (foreign && !isValidKey()) {
      return fail("invalid key");
    }
    if (at == limit || isSpace(area[at])) {
      return Step.PAIR;
    }
    at++;
    return at < limit && area[at] == '"' ? quotedValue() : plainValue();
  }

  private Step plainValue() {
    valueStart = at;
    while (at < limit && !isSpace(area[at])) {
      if (area[at] == '=' || area[at] == '"') {
        return unexpectedByte();
      }
      at++;
    }
    valueEnd = at;
    return Step.PAIR;
  }

  private Step quotedValue() {
    at++;
    valueStart = at;
    while (at < limit && area[at] != '"') {
      if (area[at] == '\\') {
        escaped = true;
        at++;
      }
      at++;
    }
    if (at >= limit) {
      at = limit;
      return fail("unterminated quoted value");
    }
    valueEnd = at;
    at++;
    if (escaped && !isUnescapable()) {
      return fail("invalid quoted value");
    }
    return Step.PAIR;
  }

  /** Skips the rest of a token that was found malformed. */
  public void skipToken() {
    while (at < limit && !isSpace(area[at])) {
      at++;
    }
  }

  private Step unexpectedByte() {
    return fail("unexpected '" + (char) area[at] + "'");
  }

  private Step fail(String reason) {
    error = "logfmt syntax error at pos " + (at - begin + 1) + " : " + reason;
    return Step.ERROR;
  }

  private static boolean isSpace(byte b) {
    return b >= 0 && b <= ' ';
  }

  /** A key must be UTF-8 and must not hold the character that stands for what is not. */
  private boolean isValidKey() {
    for (int i = keyStart; i < keyEnd; ) {
      int length = Utf8.sequenceLength(area, i, keyEnd);
      if (length == 0 || Utf8.isReplacement(area, i, length)) {
        return false;
      }
      i += length;
    }
    return true;
  }

  private boolean isUnescapable() {
    return unescape(area, valueStart, valueEnd, null) >= 0;
  }

  /**
   * Unescapes the inside of a quoted value: JSON's escapes and {@code \'}. A lone surrogate becomes
   * U+FFFD; an unescaped control character is an error.
   *
   * @param out at least {@code end - start} bytes, or null to count only
   * @return the length of the result, or -1 if an escape is not valid
   */
  public static int unescape(byte[] area, int start, int end, byte @Nullable [] out) {
    int size = 0;
    int from = start;
    byte[] character = new byte[4];
    while (from < end) {
      byte b = area[from++];
      if (b >= 0 && b < ' ') {
        return -1;
      }
      if (b != '\\') {
        if (out != null) {
          out[size] = b;
        }
        size++;
        continue;
      }
      if (from == end) {
        return -1;
      }
      byte escape = area[from++];
      int codePoint = plainEscape(escape);
      if (escape == 'u') {
        codePoint = JsonStrings.hex(area, from, end);
        from += 4;
        if (codePoint >= 0xD800 && codePoint <= 0xDFFF) {
          int low = lowSurrogate(area, from, end);
          if (codePoint <= 0xDBFF && low >= 0) {
            codePoint = Character.toCodePoint((char) codePoint, (char) low);
            from += 6;
          } else {
            codePoint = 0xFFFD;
          }
        }
      }
      if (codePoint < 0) {
        return -1;
      }
      int length = JsonStrings.append(codePoint, character, 0);
      if (out != null) {
        System.arraycopy(character, 0, out, size, length);
      }
      size += length;
    }
    return size;
  }

  private static int plainEscape(byte escape) {
    return switch (escape) {
      case '"', '\\', '/', '\'' -> escape;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> -1;
    };
  }

  /** Returns the low surrogate written as an escape at {@code at}, or -1. */
  private static int lowSurrogate(byte[] area, int at, int end) {
    if (at + 6 > end || area[at] != '\\' || area[at + 1] != 'u') {
      return -1;
    }
    int value = JsonStrings.hex(area, at + 2, end);
    return value >= 0xDC00 && value <= 0xDFFF ? value : -1;
  }
}
