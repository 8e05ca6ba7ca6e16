package io.skald.logql.template;

import static io.skald.logql.template.GoType.ANY;
import static io.skald.logql.template.GoType.BOOL;
import static io.skald.logql.template.GoType.STRING;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What templates of stages can call beside the functions of lines and labels: hashes with a salt,
 * and the functions of the Sprig library (its documentation: strings, defaults, crypto) that make
 * sense for a line.
 */
final class StageFunctions {
  static final List<Function> ALL =
      List.of(
          Function.of(
              "Hash", STRING, a -> hash("SHA3-256", a.string(0) + a.string(1)), STRING, STRING),
          Function.of(
              "Sha2Hash", STRING, a -> hash("SHA-256", a.string(0) + a.string(1)), STRING, STRING),
          Function.of("sha1sum", STRING, a -> hash("SHA-1", a.string(0)), STRING),
          Function.of("sha256sum", STRING, a -> hash("SHA-256", a.string(0)), STRING),
          Function.of("sha512sum", STRING, a -> hash("SHA-512", a.string(0)), STRING),
          Function.variadic("default", ANY, StageFunctions::orDefault, ANY, ANY),
          Function.variadic("coalesce", ANY, StageFunctions::coalesce, ANY),
          Function.of("empty", BOOL, a -> isEmpty(a.any(0)), ANY),
          Function.of(
              "ternary", ANY, a -> Values.isTrue(a.any(2)) ? a.any(0) : a.any(1), ANY, ANY, ANY),
          Function.of("nospace", STRING, a -> withoutSpace(a.string(0)), STRING),
          Function.of("untitle", STRING, a -> untitle(a.string(0)), STRING),
          Function.variadic("quote", STRING, a -> quoted(a, '"'), ANY),
          Function.variadic("squote", STRING, a -> quoted(a, '\''), ANY));

  private StageFunctions() {}

  private static String hash(String algorithm, String bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      return HexFormat.of().formatHex(digest.digest(ByteStrings.toBytes(bytes)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java platform has no " + algorithm, e);
    }
  }

  /** The given value, or the default before it if that is empty or missing. */
  private static @Nullable Object orDefault(Arguments arguments) {
    Object given = arguments.count() > 1 ? arguments.any(1) : null;
    return isEmpty(given) ? arguments.any(0) : given;
  }

  private static @Nullable Object coalesce(Arguments arguments) {
    for (Object value : arguments.anyFrom(0)) {
      if (!isEmpty(value)) {
        return value;
      }
    }
    return null;
  }

  private static boolean isEmpty(@Nullable Object value) {
    return value == null || !Values.isTrue(value);
  }

  private static String withoutSpace(String text) {
    return text.replaceAll("[ \t\n\u000B\f\r]", "");
  }

  private static String untitle(String text) {
    StringBuilder out = new StringBuilder(text);
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      if ((i == 0 || out.charAt(i - 1) == ' ') && c >= 'A' && c <= 'Z') {
        out.setCharAt(i, (char) (c + ('a' - 'A')));
      }
    }
    return out.toString();
  }

  private static String quoted(Arguments arguments, char quote) {
    StringBuilder out = new StringBuilder();
    for (Object value : arguments.anyFrom(0)) {
      if (value == null) {
        continue;
      }
      out.append(out.isEmpty() ? "" : " ");
      String text = Formatter.printed(arguments.budget(), value);
      out.append(
          quote == '"'
              ? Printf.format("%q", List.of(text), arguments.budget())
              : quote + text + quote);
    }
    return out.toString();
  }
}
