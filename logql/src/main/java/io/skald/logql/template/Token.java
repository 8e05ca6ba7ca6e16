package io.skald.logql.template;

/**
 * A token of a template.
 *
 * @param position offset of its first byte in the template
 * @param line 1-based
 * @param text the bytes of the token; the message if {@code kind} is ERROR
 */
record Token(Kind kind, int position, int line, String text) {
  enum Kind {
    ERROR,
    EOF,
    TEXT,
    LEFT_DELIMITER,
    RIGHT_DELIMITER,
    LEFT_PARENTHESIS,
    RIGHT_PARENTHESIS,
    SPACE,
    ASSIGN,
    DECLARE,
    PIPE,
    CHARACTER,
    CHAR_CONSTANT,
    STRING,
    RAW_STRING,
    NUMBER,
    COMPLEX,
    BOOL,
    FIELD,
    VARIABLE,
    IDENTIFIER,
    DOT,
    BLOCK,
    BREAK,
    CONTINUE,
    DEFINE,
    ELSE,
    END,
    IF,
    NIL,
    RANGE,
    TEMPLATE,
    WITH;

    /** The dot counts as one. */
    boolean isKeyword() {
      return compareTo(DOT) >= 0;
    }
  }

  /** Longer tokens are cut when an error message shows them. */
  private static final int SHOWN_CHARACTERS = 10;

  /** Returns the token as error messages name it. */
  String describe() {
    if (kind == Kind.EOF) {
      return "EOF";
    }
    if (kind == Kind.ERROR) {
      return text;
    }
    if (kind.isKeyword()) {
      return "<" + text + ">";
    }
    return text.length() > SHOWN_CHARACTERS
        ? GoQuote.quote(Runes.head(text, SHOWN_CHARACTERS)) + "..."
        : GoQuote.quote(text);
  }
}
