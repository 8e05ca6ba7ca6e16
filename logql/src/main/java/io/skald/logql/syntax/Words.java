package io.skald.logql.syntax;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The words of the language, in any case. */
final class Words {
  private static final Map<String, TokenKind> RESERVED = reserved();
  private static final Map<String, TokenKind> FUNCTIONS = functions();

  private Words() {}

  /** Returns the kind of a word that is reserved everywhere, or null. */
  static @Nullable TokenKind reserved(String word) {
    return RESERVED.get(word.toLowerCase(Locale.ROOT));
  }

  /** Returns the kind of a word that names a function where a call follows, or null. */
  static @Nullable TokenKind function(String word) {
    return FUNCTIONS.get(word.toLowerCase(Locale.ROOT));
  }

  private static Map<String, TokenKind> reserved() {
    Map<String, TokenKind> words = new HashMap<>();
    for (TokenKind kind : TokenKind.values()) {
      if (kind.isReservedWord()) {
        words.put(kind.text(), kind);
      }
    }
    return Map.copyOf(words);
  }

  private static Map<String, TokenKind> functions() {
    Map<String, TokenKind> words = new HashMap<>();
    for (MetricExpr.RangeFunction function : MetricExpr.RangeFunction.values()) {
      words.put(function.text(), TokenKind.RANGE_FUNCTION);
    }
    for (MetricExpr.VectorFunction function : MetricExpr.VectorFunction.values()) {
      words.put(function.text(), TokenKind.VECTOR_FUNCTION);
    }
    words.put("vector", TokenKind.VECTOR);
    words.put("label_replace", TokenKind.LABEL_REPLACE);
    words.put("ip", TokenKind.IP);
    words.put("bytes", TokenKind.BYTES_CONVERSION);
    words.put("duration", TokenKind.DURATION_CONVERSION);
    words.put("duration_seconds", TokenKind.DURATION_SECONDS_CONVERSION);
    return Map.copyOf(words);
  }
}
