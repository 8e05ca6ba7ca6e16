package io.skald.logql.template;

import io.skald.common.values.GoFloat;

/**
 * A number or character literal. Which type it takes depends on where it stands, so both readings
 * are kept.
 *
 * @param text as written
 * @param isInteger whether it can be given to an integer parameter: {@code 1.0} can
 * @param floating the value as a float; every literal has one
 */
record NumberConstant(String text, boolean isInteger, long integer, double floating) {

  static NumberConstant parse(Token token) throws FunctionException {
    String text = token.text();
    if (token.kind() == Token.Kind.CHAR_CONSTANT) {
      int rune = GoQuote.unquoteChar(text);
      if (rune < 0) {
        throw new FunctionException(
            rune == -1 ? "invalid syntax" : "malformed character constant: " + text);
      }
      return new NumberConstant(text, true, rune, rune);
    }
    if (text.endsWith("i")) {
      throw new FunctionException("complex numbers are not supported: " + GoQuote.quote(text));
    }
    try {
      long integer = GoIntegers.parse(text, 0);
      return new NumberConstant(text, true, integer, integer);
    } catch (NumberFormatException e) {
      return parseFloat(text);
    }
  }

  /** Integers past a long, and everything with a fraction or an exponent. */
  private static NumberConstant parseFloat(String text) throws FunctionException {
    try {
      double value = GoFloat.parse(text);
      boolean hasFloatSyntax = text.chars().anyMatch(c -> ".eEpP".indexOf(c) >= 0);
      if (!hasFloatSyntax || isHexInteger(text)) {
        throw new FunctionException("integer overflow: " + GoQuote.quote(text));
      }
      boolean isInteger = value == Math.rint(value) && Math.abs(value) < 0x1p63;
      return new NumberConstant(text, isInteger, isInteger ? (long) value : 0, value);
    } catch (NumberFormatException e) {
      throw new FunctionException("illegal number syntax: " + GoQuote.quote(text));
    }
  }

  /** Returns whether the literal, where nothing asks for a type, is a float. */
  boolean isFloatByDefault() {
    return text.charAt(0) != '\''
        && !isHexInteger(text)
        && text.chars().anyMatch(c -> ".eEpP".indexOf(c) >= 0);
  }

  private static boolean isHexInteger(String text) {
    return text.regionMatches(true, 0, "0x", 0, 2)
        && text.indexOf('p') < 0
        && text.indexOf('P') < 0;
  }
}
