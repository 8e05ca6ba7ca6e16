package io.skald.storage.pattern;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Writes patterns as text for the filter {@code |>}.
 *
 * <p>That filter takes each literal where it first occurs behind the one before, without going
 * back, and the line must end where the last one does. So what a {@code <_>} stands for must not
 * hold the begin of the literal that follows. A plain token holds no delimiter, and literals begin
 * with one. A wide token may hold soft ones: then the {@code <_>} takes the rest of its word, and
 * the literal begins with a hard one.
 */
final class PatternText {
  private static final String CAPTURE = "<_>";
  private static final byte[] CAPTURE_BYTES = CAPTURE.getBytes(StandardCharsets.UTF_8);

  private PatternText() {}

  /**
   * @param line one of the lines
   * @param captures bit i: token i varies
   * @param wide bit i: if token i varies, it may hold soft delimiters
   */
  static String render(byte[] line, int count, int[] starts, int[] ends, long captures, long wide) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(line.length + CAPTURE_BYTES.length);
    int at = 0;
    for (int i = 0; i < count; i++) {
      if (starts[i] < at) {
        continue; // part of a word that was taken whole
      }
      out.write(line, at, starts[i] - at);
      at = ends[i];
      if ((captures >>> i & 1) != 0) {
        out.writeBytes(CAPTURE_BYTES);
        at = (wide >>> i & 1) != 0 ? endOfWord(line, at) : at;
      } else if (isLiteral(line, starts[i], ends[i])) {
        out.write(line, starts[i], ends[i] - starts[i]);
      } else {
        out.writeBytes(CAPTURE_BYTES);
        at = endOfWord(line, at);
      }
    }
    out.write(line, at, line.length - at);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static int endOfWord(byte[] line, int from) {
    int at = from;
    while (at < line.length && !LineTokens.isHard(line[at])) {
      at++;
    }
    return at;
  }

  /** Text between angle brackets reads as the name of a capture; broken UTF-8 is no text. */
  private static boolean isLiteral(byte[] line, int start, int end) {
    boolean bracketed =
        start > 0 && line[start - 1] == '<' && end < line.length && line[end] == '>';
    return !bracketed && isUtf8(line, start, end);
  }

  private static boolean isUtf8(byte[] line, int start, int end) {
    boolean ascii = true;
    for (int i = start; i < end && ascii; i++) {
      ascii = line[i] >= 0;
    }
    if (ascii) {
      return true;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line, start, end - start));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }

  /**
   * Returns the pattern with every number in its literal text varying too. It matches all lines
   * that {@code pattern} was mined from.
   */
  static String withoutNumbers(String pattern, LineTokens tokens) {
    // A digit is a token that varies and, like what <_> stands for, holds no delimiter.
    byte[] line = pattern.replace(CAPTURE, "0").getBytes(StandardCharsets.UTF_8);
    tokens.scan(line, 0, line.length);
    return render(line, tokens.count, tokens.starts, tokens.ends, tokens.variable, tokens.wide);
  }
}
