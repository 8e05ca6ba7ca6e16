package io.skald.logql.template;

import io.skald.logql.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Cuts a template into tokens, the way Go's text/template/parse does. The last token is EOF or
 * ERROR.
 */
final class Lexer {
  private static final int END = -1;
  private static final String LEFT = "{{";
  private static final String RIGHT = "}}";
  private static final String COMMENT_START = "/*";
  private static final String COMMENT_END = "*/";

  /** The minus sign and the space beside it. */
  private static final int TRIM_MARKER_LENGTH = 2;

  private static final Map<String, Kind> KEYWORDS =
      Map.ofEntries(
          Map.entry("block", Kind.BLOCK),
          Map.entry("break", Kind.BREAK),
          Map.entry("continue", Kind.CONTINUE),
          Map.entry("define", Kind.DEFINE),
          Map.entry("else", Kind.ELSE),
          Map.entry("end", Kind.END),
          Map.entry("if", Kind.IF),
          Map.entry("nil", Kind.NIL),
          Map.entry("range", Kind.RANGE),
          Map.entry("template", Kind.TEMPLATE),
          Map.entry("with", Kind.WITH));

  private final String input;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int start;
  private int line = 1;
  private int parenthesisDepth;

  /** Set by an ERROR or EOF token: nothing follows. */
  private boolean finished;

  private Lexer(String input) {
    this.input = input;
  }

  /**
   * Returns the tokens of a template.
   *
   * @param input a byte string
   */
  static List<Token> tokens(String input) {
    Lexer lexer = new Lexer(input);
    while (!lexer.finished) {
      lexer.text();
    }
    return lexer.tokens;
  }

  /** Takes text up to the next action, then the action. */
  private void text() {
    int found = input.indexOf(LEFT, position);
    if (found < 0) {
      position = input.length();
      emitText(position);
      emit(Kind.EOF);
      finished = true;
      return;
    }
    int end = found;
    if (hasLeftTrimMarker(found + LEFT.length())) {
      while (end > start && isSpace(input.charAt(end - 1))) {
        end--;
      }
    }
    emitText(end);
    position = found;
    skipToPosition();
    leftDelimiter();
  }

  private void emitText(int end) {
    if (end > start) {
      position = end;
      emit(Kind.TEXT);
    }
  }

  private void leftDelimiter() {
    position += LEFT.length();
    int afterMarker = hasLeftTrimMarker(position) ? TRIM_MARKER_LENGTH : 0;
    if (input.startsWith(COMMENT_START, position + afterMarker)) {
      position += afterMarker;
      skipToPosition();
      comment();
      return;
    }
    emit(Kind.LEFT_DELIMITER);
    position += afterMarker;
    skipToPosition();
    parenthesisDepth = 0;
    while (!finished && insideAction()) {
      // each call takes one token
    }
  }

  private void comment() {
    int end = input.indexOf(COMMENT_END, position + COMMENT_START.length());
    if (end < 0) {
      fail("unclosed comment");
      return;
    }
    position = end + COMMENT_END.length();
    boolean trim = atTrimmingRightDelimiter(position);
    if (!trim && !input.startsWith(RIGHT, position)) {
      fail("comment ends before closing delimiter");
      return;
    }
    position += (trim ? TRIM_MARKER_LENGTH : 0) + RIGHT.length();
    if (trim) {
      skipSpaces();
    }
    skipToPosition();
  }

  private void rightDelimiter(boolean trim) {
    if (trim) {
      position += TRIM_MARKER_LENGTH;
      skipToPosition();
    }
    position += RIGHT.length();
    emit(Kind.RIGHT_DELIMITER);
    if (trim) {
      skipSpaces();
      skipToPosition();
    }
  }

  /** Takes one token; returns false when the action is closed. */
  private boolean insideAction() {
    boolean trim = atTrimmingRightDelimiter(position);
    if (trim || input.startsWith(RIGHT, position)) {
      if (parenthesisDepth > 0) {
        fail("unclosed left paren");
      } else {
        rightDelimiter(trim);
      }
      return false;
    }
    int rune = peek();
    if (rune == END) {
      fail("unclosed action");
      return false;
    }
    if (isSpace(rune)) {
      spaces();
    } else if (isNumberStart(rune)) {
      number();
    } else if (isAlphanumeric(rune)) {
      identifier();
    } else {
      next();
      symbol(rune);
    }
    return true;
  }

  private boolean isNumberStart(int rune) {
    if (rune == '.') {
      int after = position + 1;
      return after >= input.length() || isDigit(input.charAt(after));
    }
    return rune == '+' || rune == '-' || isDigit(rune);
  }

  private void symbol(int rune) {
    switch (rune) {
      case '=' -> emit(Kind.ASSIGN);
      case ':' -> {
        if (next() == '=') {
          emit(Kind.DECLARE);
        } else {
          fail("expected :=");
        }
      }
      case '|' -> emit(Kind.PIPE);
      case '"' -> quoted('"', Kind.STRING, "unterminated quoted string");
      case '\'' -> quoted('\'', Kind.CHAR_CONSTANT, "unterminated character constant");
      case '`' -> rawString();
      case '$' -> fieldOrVariable(Kind.VARIABLE, Kind.VARIABLE);
      case '.' -> fieldOrVariable(Kind.FIELD, Kind.DOT);
      case '(' -> {
        emit(Kind.LEFT_PARENTHESIS);
        parenthesisDepth++;
      }
      case ')' -> {
        emit(Kind.RIGHT_PARENTHESIS);
        parenthesisDepth--;
        if (parenthesisDepth < 0) {
          fail("unexpected right paren " + GoQuote.codePoint(rune));
        }
      }
      default -> {
        if (rune > ' ' && rune < 0x7F) {
          emit(Kind.CHARACTER);
        } else {
          fail("unrecognized character in action: " + GoQuote.codePoint(rune));
        }
      }
    }
  }

  private void spaces() {
    int from = position;
    skipSpaces();
    if (atTrimmingRightDelimiter(position - 1)) {
      position--;
      if (position == from) {
        return;
      }
    }
    emit(Kind.SPACE);
  }

  private void identifier() {
    int stop = skipAlphanumeric();
    if (!atTerminator()) {
      fail("bad character " + GoQuote.codePoint(stop));
      return;
    }
    String word = input.substring(start, position);
    if (word.equals("true") || word.equals("false")) {
      emit(Kind.BOOL);
    } else {
      emit(KEYWORDS.getOrDefault(word, Kind.IDENTIFIER));
    }
  }

  private void fieldOrVariable(Kind named, Kind bare) {
    if (atTerminator()) {
      emit(bare);
      return;
    }
    int stop = skipAlphanumeric();
    if (atTerminator()) {
      emit(named);
    } else {
      fail("bad character " + GoQuote.codePoint(stop));
    }
  }

  /** Skips letters, digits and underscores; returns the character after them. */
  private int skipAlphanumeric() {
    while (isAlphanumeric(peek())) {
      next();
    }
    return peek();
  }

  private boolean atTerminator() {
    return switch (peek()) {
      case ' ', '\t', '\r', '\n', END, '.', ',', '|', ':', ')', '(' -> true;
      default -> input.startsWith(RIGHT, position);
    };
  }

  private void quoted(char quote, Kind kind, String unterminated) {
    while (true) {
      int rune = next();
      if (rune == '\\') {
        rune = next();
        if (rune != END && rune != '\n') {
          continue;
        }
      }
      if (rune == END || rune == '\n') {
        fail(unterminated);
        return;
      }
      if (rune == quote) {
        emit(kind);
        return;
      }
    }
  }

  private void rawString() {
    int end = input.indexOf('`', position);
    if (end < 0) {
      fail("unterminated raw quoted string");
      return;
    }
    position = end + 1;
    emit(Kind.RAW_STRING);
  }

  private void number() {
    boolean valid = scanNumber();
    Kind kind = Kind.NUMBER;
    if (valid && (peek() == '+' || peek() == '-')) {
      valid = scanNumber() && input.charAt(position - 1) == 'i';
      kind = Kind.COMPLEX;
    }
    if (valid) {
      emit(kind);
    } else {
      fail("bad number syntax: " + GoQuote.quote(input.substring(start, position)));
    }
  }

  /** Takes what may be a number; whether it is one is decided by the parser. */
  private boolean scanNumber() {
    accept("+-");
    String digits = "0123456789_";
    boolean decimal = true;
    boolean hex = false;
    if (accept("0")) {
      if (accept("xX")) {
        digits = "0123456789abcdefABCDEF_";
        hex = true;
        decimal = false;
      } else if (accept("oO")) {
        digits = "01234567_";
        decimal = false;
      } else if (accept("bB")) {
        digits = "01_";
        decimal = false;
      }
    }
    acceptRun(digits);
    if (accept(".")) {
      acceptRun(digits);
    }
    if ((decimal && accept("eE")) || (hex && accept("pP"))) {
      accept("+-");
      acceptRun("0123456789_");
    }
    accept("i");
    if (isAlphanumeric(peek())) {
      next();
      return false;
    }
    return true;
  }

  private boolean accept(String valid) {
    if (position < input.length() && valid.indexOf(input.charAt(position)) >= 0) {
      position++;
      return true;
    }
    return false;
  }

  private void acceptRun(String valid) {
    while (accept(valid)) {
      // accept moves on
    }
  }

  private int peek() {
    return position < input.length() ? ByteStrings.runeAt(input, position) : END;
  }

  private int next() {
    int rune = peek();
    if (rune != END) {
      position += ByteStrings.runeLength(input, position);
    }
    return rune;
  }

  private void skipSpaces() {
    while (position < input.length() && isSpace(input.charAt(position))) {
      position++;
    }
  }

  private boolean hasLeftTrimMarker(int at) {
    return at + 1 < input.length() && input.charAt(at) == '-' && isSpace(input.charAt(at + 1));
  }

  private boolean atTrimmingRightDelimiter(int at) {
    return at + 1 < input.length()
        && isSpace(input.charAt(at))
        && input.charAt(at + 1) == '-'
        && input.startsWith(RIGHT, at + TRIM_MARKER_LENGTH);
  }

  private void emit(Kind kind) {
    tokens.add(new Token(kind, start, line, input.substring(start, position)));
    skipToPosition();
  }

  private void fail(String message) {
    tokens.add(new Token(Kind.ERROR, start, line, message));
    finished = true;
  }

  /** Begins the next token at the current position. */
  private void skipToPosition() {
    for (int i = start; i < position; i++) {
      if (input.charAt(i) == '\n') {
        line++;
      }
    }
    start = position;
  }

  private static boolean isSpace(int rune) {
    return rune == ' ' || rune == '\t' || rune == '\r' || rune == '\n';
  }

  private static boolean isDigit(int rune) {
    return rune >= '0' && rune <= '9';
  }

  private static boolean isAlphanumeric(int rune) {
    return rune == '_' || (rune >= 0 && (Character.isLetter(rune) || Character.isDigit(rune)));
  }
}
