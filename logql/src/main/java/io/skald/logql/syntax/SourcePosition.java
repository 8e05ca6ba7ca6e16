package io.skald.logql.syntax;

/** Error texts with the place in the query: lines and columns from 1, columns in characters. */
final class SourcePosition {
  private SourcePosition() {}

  static ParseException error(String query, int offset, String message) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < offset; i++) {
      if (query.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return at(line, query.codePointCount(lineStart, offset) + 1, message);
  }

  /** Reports line 0; see {@link TokenKind#hasNoLine}. */
  static ParseException errorWithoutLine(String query, int offset, String message) {
    int lineStart = offset == 0 ? 0 : query.lastIndexOf('\n', offset - 1) + 1;
    return at(0, query.codePointCount(lineStart, offset) + 1, message);
  }

  /** An error that concerns the meaning of a query rather than a place in it. */
  static ParseException semanticError(String message) {
    return new ParseException("parse error : " + message);
  }

  private static ParseException at(int line, int column, String message) {
    return new ParseException("parse error at line " + line + ", col " + column + ": " + message);
  }
}
