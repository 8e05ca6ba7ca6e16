package io.skald.logql.syntax;

import io.skald.common.values.PrometheusDuration;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a query into tokens, one at a time, so that an error in the text is reported only when the
 * parser gets there. White space and comments (# and // to the end of the line, slash-star)
 * separate tokens.
 *
 * <p>The basic tokens are those of Go's {@code text/scanner} package, with its messages.
 */
final class Lexer {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final String query;
  private int at;

  Lexer(String query) {
    this.query = query;
    this.at = !query.isEmpty() && query.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
  }

  /**
   * @throws ParseException if no token starts here
   */
  Token next() {
    skipBlanks();
    int start = at;
    if (at == query.length()) {
      return new Token(TokenKind.END, "", start);
    }
    char c = query.charAt(at);
    if (isDigit(c) || (c == '.' && isDigit(charAt(at + 1)))) {
      return number(start);
    }
    if (c == '-' && (isDigit(charAt(at + 1)) || charAt(at + 1) == '-')) {
      Token dashed = dashed(start);
      if (dashed != null) {
        return dashed;
      }
    }
    if (Character.isLetter(query.codePointAt(at)) || c == '_') {
      return word(start);
    }
    return switch (c) {
      case '"', '`', '\'' -> string(start, c);
      case '[' -> range(start);
      default -> symbol(start);
    };
  }

  private void skipBlanks() {
    while (at < query.length()) {
      char c = query.charAt(at);
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        at++;
      } else if (c == '#' || (c == '/' && charAt(at + 1) == '/')) {
        int end = query.indexOf('\n', at);
        at = end < 0 ? query.length() : end;
      } else if (c == '/' && charAt(at + 1) == '*') {
        int end = query.indexOf("*/", at + 2);
        if (end < 0) {
          throw error(at, "comment not terminated");
        }
        at = end + 2;
      } else {
        return;
      }
    }
  }

  /** A number glued to units is a duration or a size if all of it is one. */
  private Token number(int start) {
    String glued = query.substring(start, gluedEnd(start));
    if (!glued.isEmpty() && !isDigits(glued)) {
      if (Literals.isDuration(glued)) {
        return token(TokenKind.DURATION, start, glued.length());
      }
      if (Literals.isBytes(glued)) {
        return token(TokenKind.BYTES, start, glued.length());
      }
    }
    NumberScan scan = NumberScan.scan(query, start);
    if (scan.error() != null) {
      throw error(start, scan.error());
    }
    return token(TokenKind.NUMBER, start, scan.end() - start);
  }

  /** Returns a negative duration or a parser flag, or null if the dash is an operator. */
  private @Nullable Token dashed(int start) {
    if (isDigit(charAt(start + 1))) {
      String glued = query.substring(start, gluedEnd(start + 1));
      return Literals.isDuration(glued) ? token(TokenKind.DURATION, start, glued.length()) : null;
    }
    int end = start + 2;
    while (end < query.length() && (isAsciiLetter(query.charAt(end)) || query.charAt(end) == '-')) {
      end++;
    }
    String flag = query.substring(start, end);
    return flag.equals(LogParser.STRICT) || flag.equals(LogParser.KEEP_EMPTY)
        ? token(TokenKind.FLAG, start, flag.length())
        : null;
  }

  private int gluedEnd(int from) {
    int end = from;
    while (end < query.length()) {
      char c = query.charAt(end);
      // Both of Unicode's micro signs.
      if (!isDigit(c) && !isAsciiLetter(c) && c != '.' && c != '\u00b5' && c != '\u03bc') {
        break;
      }
      end++;
    }
    return end;
  }

  private Token word(int start) {
    int end = start;
    while (end < query.length()) {
      int c = query.codePointAt(end);
      if (c != '_' && !Character.isLetter(c) && !Character.isDigit(c)) {
        break;
      }
      end += Character.charCount(c);
    }
    String word = query.substring(start, end);
    TokenKind kind = Words.reserved(word);
    if (kind == null && isCall(end)) {
      kind = Words.function(word);
    }
    return token(kind == null ? TokenKind.IDENTIFIER : kind, start, end - start);
  }

  /** A function word stands for the function before (, by ( and without ( only. */
  private boolean isCall(int from) {
    int next = skipSpaces(from);
    for (String grouping : new String[] {"by", "without"}) {
      if (query.regionMatches(true, next, grouping, 0, grouping.length())
          && charAt(skipSpaces(next + grouping.length())) == '(') {
        return true;
      }
    }
    return charAt(next) == '(';
  }

  private int skipSpaces(int from) {
    int end = from;
    while (end < query.length() && " \t\r\n".indexOf(query.charAt(end)) >= 0) {
      end++;
    }
    return end;
  }

  private Token string(int start, char quote) {
    StringScan scan = StringScan.scan(query, start, quote);
    if (scan.error() != null) {
      throw error(start, scan.error());
    }
    at = scan.end();
    // The language has no character literals; the parser then names it like any stray character.
    TokenKind kind = quote == '\'' ? TokenKind.IDENTIFIER : TokenKind.STRING;
    return new Token(kind, scan.value(), start);
  }

  private Token range(int start) {
    int end = query.indexOf(']', start);
    if (end < 0) {
      throw SourcePosition.errorWithoutLine(query, start, "missing closing ']' in duration");
    }
    String text = query.substring(start + 1, end);
    try {
      PrometheusDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw SourcePosition.errorWithoutLine(query, start, String.valueOf(e.getMessage()));
    }
    at = end + 1;
    return new Token(TokenKind.RANGE, text, start);
  }

  private Token symbol(int start) {
    TokenKind pair = pair(query.charAt(start), charAt(start + 1));
    if (pair != null) {
      return token(pair, start, 2);
    }
    int c = query.codePointAt(start);
    if (c == 0) {
      throw error(start, "invalid character NUL");
    }
    if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
      throw error(start, "invalid UTF-8 encoding");
    }
    return token(single(c), start, Character.charCount(c));
  }

  private static @Nullable TokenKind pair(char first, char second) {
    return switch (first) {
      case '=' ->
          switch (second) {
            case '~' -> TokenKind.REGEX;
            case '=' -> TokenKind.EQUAL_EQUAL;
            default -> null;
          };
      case '!' ->
          switch (second) {
            case '~' -> TokenKind.NOT_REGEX;
            case '=' -> TokenKind.NOT_EQUAL;
            case '>' -> TokenKind.LINE_NOT_PATTERN;
            default -> null;
          };
      case '|' ->
          switch (second) {
            case '~' -> TokenKind.LINE_MATCHES;
            case '=' -> TokenKind.LINE_CONTAINS;
            case '>' -> TokenKind.LINE_PATTERN;
            default -> null;
          };
      case '>' -> second == '=' ? TokenKind.GREATER_OR_EQUAL : null;
      case '<' -> second == '=' ? TokenKind.LESS_OR_EQUAL : null;
      default -> null;
    };
  }

  /**
   * A character without a meaning counts as an identifier, which no rule then accepts as a name.
   */
  private static TokenKind single(int c) {
    return switch (c) {
      case '{' -> TokenKind.OPEN_BRACE;
      case '}' -> TokenKind.CLOSE_BRACE;
      case ']' -> TokenKind.CLOSE_BRACKET;
      case '(' -> TokenKind.OPEN_PAREN;
      case ')' -> TokenKind.CLOSE_PAREN;
      case ',' -> TokenKind.COMMA;
      case '.' -> TokenKind.DOT;
      case '|' -> TokenKind.PIPE;
      case '=' -> TokenKind.EQUAL;
      case '>' -> TokenKind.GREATER;
      case '<' -> TokenKind.LESS;
      case '+' -> TokenKind.ADD;
      case '-' -> TokenKind.SUB;
      case '*' -> TokenKind.MUL;
      case '/' -> TokenKind.DIV;
      case '%' -> TokenKind.MOD;
      case '^' -> TokenKind.POW;
      default -> TokenKind.IDENTIFIER;
    };
  }

  private Token token(TokenKind kind, int start, int length) {
    at = start + length;
    return new Token(kind, query.substring(start, at), start);
  }

  private ParseException error(int offset, String message) {
    return SourcePosition.error(query, offset, message);
  }

  /** Returns NUL behind the end. */
  private char charAt(int index) {
    return index < query.length() ? query.charAt(index) : 0;
  }

  private static boolean isDigits(String text) {
    return text.chars().allMatch(c -> isDigit((char) c));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isAsciiLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
