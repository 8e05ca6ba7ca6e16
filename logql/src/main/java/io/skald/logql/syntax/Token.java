package io.skald.logql.syntax;

import java.util.Locale;

/**
 * One token.
 *
 * @param text a string literal's value; the text between the brackets of a range; otherwise the
 *     text as written
 * @param offset where the token starts in the query
 */
record Token(TokenKind kind, String text, int offset) {
  /** Returns how an error names this token. */
  String display() {
    return kind.text().isEmpty() ? text.toLowerCase(Locale.ROOT) : kind.text();
  }
}
