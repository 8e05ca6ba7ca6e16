package io.skald.logql.syntax;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tokens of one query as the parser takes them, and the errors at the token where it stops. */
final class TokenStream {
  /** An error names what would have been right only if there are few choices. */
  private static final int MAX_EXPECTED = 4;

  private final String query;
  private final Lexer lexer;
  private @Nullable Token first;
  private @Nullable Token second;

  TokenStream(String query) {
    this.query = query;
    this.lexer = new Lexer(query);
  }

  Token peek() {
    Token token = first;
    if (token == null) {
      token = lexer.next();
      first = token;
    }
    return token;
  }

  /** Returns the token behind {@link #peek}. */
  Token peekSecond() {
    peek();
    Token token = second;
    if (token == null) {
      token = lexer.next();
      second = token;
    }
    return token;
  }

  TokenKind kind() {
    return peek().kind();
  }

  boolean at(TokenKind kind) {
    return kind() == kind;
  }

  Token next() {
    Token token = peek();
    first = second;
    second = null;
    return token;
  }

  /** Takes the next token if it is a {@code kind}. */
  boolean accept(TokenKind kind) {
    if (!at(kind)) {
      return false;
    }
    next();
    return true;
  }

  /**
   * Takes the next token.
   *
   * @param alternatives what else the grammar allows here, for the error only
   * @throws ParseException if it is not a {@code kind}
   */
  Token expect(TokenKind kind, TokenKind... alternatives) {
    if (!at(kind)) {
      EnumSet<TokenKind> expected = EnumSet.of(kind);
      expected.addAll(Arrays.asList(alternatives));
      throw unexpected(expected);
    }
    return next();
  }

  /**
   * Takes a label name.
   *
   * @throws ParseException if there is none, or a name that no label can have
   */
  String expectName(TokenKind... alternatives) {
    Token token = expect(TokenKind.IDENTIFIER, alternatives);
    if (!isName(token.text())) {
      throw SourcePosition.error(
          query,
          token.offset(),
          "invalid label name: " + token.text() + " (ASCII letters, digits and _ only)");
    }
    return token.text();
  }

  /** Returns the error for the next token where many others would have been right. */
  ParseException unexpected() {
    return unexpected(EnumSet.noneOf(TokenKind.class));
  }

  ParseException unexpected(Set<TokenKind> expected) {
    Token token = peek();
    String message = "syntax error: unexpected " + token.display();
    if (!expected.isEmpty() && expected.size() <= MAX_EXPECTED) {
      message +=
          expected.stream()
              .map(TokenKind::text)
              .collect(Collectors.joining(" or ", ", expecting ", ""));
    }
    if (query.isEmpty()) {
      return SourcePosition.semanticError(message);
    }
    return token.kind().hasNoLine()
        ? SourcePosition.errorWithoutLine(query, token.offset(), message)
        : SourcePosition.error(query, token.offset(), message);
  }

  /** Returns the error for a query that goes past a limit at the next token. */
  ParseException tooDeep(int levels) {
    return SourcePosition.error(
        query, peek().offset(), "query is nested too deeply: more than " + levels + " levels");
  }

  private static boolean isName(String text) {
    if (text.isEmpty() || (text.charAt(0) >= '0' && text.charAt(0) <= '9')) {
      return false;
    }
    return text.chars()
        .allMatch(c ->
            c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
  }
}
