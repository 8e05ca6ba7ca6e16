package io.skald.logql.syntax;

/**
 * What the lexer tells apart. The text is how a syntax error names the token; the order of the
 * constants is the order in which an error lists what it expected.
 */
enum TokenKind {
  END("$end"),
  BYTES("BYTES"),
  IDENTIFIER("IDENTIFIER"),
  STRING("STRING"),
  NUMBER("NUMBER"),
  FLAG("FLAG"),
  DURATION("DURATION"),
  RANGE("RANGE"),
  EQUAL("="),
  REGEX("=~"),
  NOT_REGEX("!~"),
  OPEN_BRACE("{"),
  CLOSE_BRACE("}"),
  CLOSE_BRACKET("]"),
  COMMA(","),
  DOT("."),
  LINE_CONTAINS("|="),
  LINE_MATCHES("|~"),
  LINE_PATTERN("|>"),
  LINE_NOT_PATTERN("!>"),
  OPEN_PAREN("("),
  CLOSE_PAREN(")"),
  PIPE("|"),
  NOT_EQUAL("!="),
  EQUAL_EQUAL("=="),
  GREATER(">"),
  GREATER_OR_EQUAL(">="),
  LESS("<"),
  LESS_OR_EQUAL("<="),
  ADD("+"),
  SUB("-"),
  MUL("*"),
  DIV("/"),
  MOD("%"),
  POW("^"),
  /** A range function; named by its own text. */
  RANGE_FUNCTION(""),
  /** A vector function; named by its own text. */
  VECTOR_FUNCTION(""),
  VECTOR("vector"),
  LABEL_REPLACE("label_replace"),
  IP("ip"),
  BYTES_CONVERSION("bytes"),
  DURATION_CONVERSION("duration"),
  DURATION_SECONDS_CONVERSION("duration_seconds"),
  BY("by"),
  WITHOUT("without"),
  BOOL("bool"),
  OFFSET("offset"),
  ON("on"),
  IGNORING("ignoring"),
  GROUP_LEFT("group_left"),
  GROUP_RIGHT("group_right"),
  OR("or"),
  AND("and"),
  UNLESS("unless"),
  UNWRAP("unwrap"),
  JSON("json"),
  REGEXP("regexp"),
  LOGFMT("logfmt"),
  UNPACK("unpack"),
  PATTERN("pattern"),
  LABEL_FORMAT("label_format"),
  LINE_FORMAT("line_format"),
  DECOLORIZE("decolorize"),
  DROP("drop"),
  KEEP("keep"),
  VARIANTS("variants"),
  OF("of");

  private final String text;

  TokenKind(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  /** Words that can never be a label name. */
  boolean isReservedWord() {
    return compareTo(BY) >= 0;
  }

  /**
   * Returns whether an error at this token is reported at line 0. Clients know such texts; it holds
   * for what is put together from more than one basic token.
   */
  boolean hasNoLine() {
    return switch (this) {
      case BYTES,
          DURATION,
          RANGE,
          FLAG,
          REGEX,
          NOT_REGEX,
          LINE_CONTAINS,
          LINE_MATCHES,
          LINE_PATTERN,
          LINE_NOT_PATTERN,
          NOT_EQUAL,
          EQUAL_EQUAL,
          GREATER_OR_EQUAL,
          LESS_OR_EQUAL ->
          true;
      default -> false;
    };
  }
}
