package io.skald.common.push;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses label text in the syntax of Prometheus, {@code {app="pump", env='dev', raw=`x`}}: any
 * white space and order, a comma may follow the last label; quoted values have the escapes of Go's
 * interpreted strings, backticks have none. Messages are those that pushers know.
 */
public final class LabelTextParser {
  /** A label as it stands in the text; names may repeat and values may be empty. */
  public record Pair(String name, String value) {}

  private enum Kind {
    IDENTIFIER("identifier"),
    STRING("string"),
    SYMBOL(""),
    END("");

    private final String word;

    Kind(String word) {
      this.word = word;
    }
  }

  private final byte[] text;
  private final int start;
  private final int end;
  private int at;

  /** Of the current token. */
  private Kind kind = Kind.END;

  private int tokenStart;
  private String value = "";

  private LabelTextParser(byte[] text, int start, int end) {
    this.text = text;
    this.start = start;
    this.end = end;
    this.at = start;
  }

  /**
   * @return the labels in the order of the text
   * @throws LabelSyntaxException if {@code text[start, end)} is not label text
   */
  public static List<Pair> parse(byte[] text, int start, int end) {
    return new LabelTextParser(text, start, end).labels();
  }

  private List<Pair> labels() {
    List<Pair> pairs = new ArrayList<>();
    token();
    if (!isSymbol("{")) {
      throw unexpected("", "\"{\"");
    }
    token();
    while (!isSymbol("}")) {
      pairs.add(label());
      if (isSymbol(",")) {
        token();
      } else if (!isSymbol("}")) {
        throw unexpected(" in label set", "\",\" or \"}\"");
      }
    }
    skipSpace();
    if (at < end) {
      tokenStart = at;
      throw error("unexpected text after the label set");
    }
    return pairs;
  }

  private Pair label() {
    if (kind != Kind.IDENTIFIER) {
      throw unexpected(" in label set", "identifier or \"}\"");
    }
    String name = value;
    token();
    if (!isSymbol("=")) {
      throw unexpected(" in label set", "\"=\"");
    }
    token();
    if (kind != Kind.STRING) {
      throw unexpected(" in label set", "string");
    }
    Pair pair = new Pair(name, unquoted());
    token();
    return pair;
  }

  private boolean isSymbol(String symbol) {
    return kind == Kind.SYMBOL && value.equals(symbol);
  }

  private void skipSpace() {
    while (at < end && isSpace(text[at])) {
      at++;
    }
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\n' || b == '\r';
  }

  /** Reads the next token; a string's value keeps its quotes. */
  private void token() {
    skipSpace();
    tokenStart = at;
    if (at >= end) {
      kind = Kind.END;
      throw error("unexpected end of input inside braces");
    }
    byte b = text[at];
    if (isNameStart(b)) {
      do {
        at++;
      } while (at < end && (isNameStart(text[at]) || isDigit(text[at])));
      kind = Kind.IDENTIFIER;
    } else if (b == '"' || b == '\'' || b == '`') {
      at = stringEnd(b);
      kind = Kind.STRING;
    } else {
      at += symbolLength(b);
      kind = Kind.SYMBOL;
    }
    value = new String(text, tokenStart, at - tokenStart, StandardCharsets.UTF_8);
  }

  private static boolean isNameStart(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_';
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private int symbolLength(byte b) {
    byte next = at + 1 < end ? text[at + 1] : 0;
    return switch (b) {
      case '{', '}', ',' -> 1;
      case '=' -> next == '~' ? 2 : 1;
      case '!' -> {
        if (next != '=' && next != '~') {
          throw unexpectedCharacter();
        }
        yield 2;
      }
      default -> throw unexpectedCharacter();
    };
  }

  private int stringEnd(byte quote) {
    int i = at + 1;
    while (i < end && text[i] != quote) {
      if (quote != '`') {
        if (text[i] == '\\') {
          i++;
        } else if (text[i] == '\n') {
          break;
        }
      }
      i++;
    }
    if (i >= end || text[i] != quote) {
      throw error(quote == '`' ? "unterminated raw string" : "unterminated quoted string");
    }
    return i + 1;
  }

  private String unquoted() {
    int from = tokenStart + 1;
    int to = at - 1;
    boolean raw = text[tokenStart] == '`';
    int backslash = from;
    while (backslash < to && text[backslash] != '\\') {
      backslash++;
    }
    if (raw || backslash == to) {
      return new String(text, from, to - from, StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(to - from);
    int i = from;
    while (i < to) {
      byte b = text[i++];
      if (b == '\\') {
        i = escape(out, i, to);
      } else {
        out.write(b);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Writes the escape whose letter is at {@code i} and returns where it ends. */
  private int escape(ByteArrayOutputStream out, int i, int to) {
    byte letter = text[i];
    switch (letter) {
      case 'a' -> out.write(7);
      case 'b' -> out.write('\b');
      case 'f' -> out.write('\f');
      case 'n' -> out.write('\n');
      case 'r' -> out.write('\r');
      case 't' -> out.write('\t');
      case 'v' -> out.write(0x0B);
      case '\\', '\'', '"' -> out.write(letter);
      case 'x' -> {
        out.write(digits(i + 1, 2, 16, to));
        return i + 3;
      }
      case 'u' -> {
        writeCodePoint(out, digits(i + 1, 4, 16, to));
        return i + 5;
      }
      case 'U' -> {
        writeCodePoint(out, digits(i + 1, 8, 16, to));
        return i + 9;
      }
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        int octal = digits(i, 3, 8, to);
        if (octal > 0xFF) {
          throw error("octal escape value " + octal + " > 255");
        }
        out.write(octal);
        return i + 3;
      }
      default -> throw error("unknown escape sequence");
    }
    return i + 1;
  }

  private int digits(int from, int count, int radix, int to) {
    long number = 0;
    for (int i = from; i < from + count; i++) {
      int digit = i < to ? Character.digit(text[i], radix) : -1;
      if (digit < 0) {
        throw error("illegal character in escape sequence");
      }
      number = number * radix + digit;
    }
    return number > Character.MAX_CODE_POINT ? Integer.MAX_VALUE : (int) number;
  }

  private void writeCodePoint(ByteArrayOutputStream out, int c) {
    if (!Character.isValidCodePoint(c) || (c >= 0xD800 && c <= 0xDFFF)) {
      throw error("escape sequence is an invalid Unicode code point");
    }
    out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
  }

  private LabelSyntaxException unexpectedCharacter() {
    int length = Math.min(4, end - at);
    int c = new String(text, at, length, StandardCharsets.UTF_8).codePointAt(0);
    return error("unexpected character inside braces: '" + Character.toString(c) + "'");
  }

  private LabelSyntaxException unexpected(String where, String expected) {
    String word = kind.word.isEmpty() ? "" : kind.word + " ";
    String found = kind == Kind.STRING ? value.replace("\"", "\\\"") : value;
    return error("unexpected " + word + "\"" + found + "\"" + where + ", expected " + expected);
  }

  /** Positions are lines and columns of bytes, from 1. */
  private LabelSyntaxException error(String what) {
    int line = 1;
    int lineStart = start;
    for (int i = start; i < tokenStart; i++) {
      if (text[i] == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new LabelSyntaxException(
        line + ":" + (tokenStart - lineStart + 1) + ": parse error: " + what);
  }
}
