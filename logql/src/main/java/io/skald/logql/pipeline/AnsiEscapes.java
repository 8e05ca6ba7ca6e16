package io.skald.logql.pipeline;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Strips terminal escape sequences.
 *
 * <p>A sequence is what this expression finds, as the widely used stripping libraries have it:
 * {@code [ESC U+009B][[\]()#;?]*(?:(?:[a-zA-Z\d]*(?:;[a-zA-Z\d]*)*)?BEL |
 * (?:\d{1,4}(?:;\d{0,4})*)?[\dA-PRZcf-ntqry=><~])}. An introducer without such a continuation
 * stays.
 */
public final class AnsiEscapes {
  private static final byte ESCAPE = 0x1B;
  private static final byte BELL = 0x07;

  private AnsiEscapes() {}

  /** Returns {@code area[start, end)} without the sequences, null if nothing introduces one. */
  public static byte @Nullable [] strip(byte[] area, int start, int end) {
    int at = findIntroducer(area, start, end);
    if (at == end) {
      return null;
    }
    byte[] out = new byte[end - start];
    int size = at - start;
    System.arraycopy(area, start, out, 0, size);
    while (at < end) {
      int behind = sequenceEnd(area, at, end);
      int next = behind < 0 ? at + 1 : behind;
      if (behind < 0) {
        out[size++] = area[at];
      }
      at = findIntroducer(area, next, end);
      System.arraycopy(area, next, out, size, at - next);
      size += at - next;
    }
    return Arrays.copyOf(out, size);
  }

  private static int findIntroducer(byte[] area, int at, int end) {
    while (at < end && introducerLength(area, at, end) == 0) {
      at++;
    }
    return at;
  }

  private static int introducerLength(byte[] area, int at, int end) {
    if (area[at] == ESCAPE) {
      return 1;
    }
    return area[at] == (byte) 0xC2 && at + 1 < end && area[at + 1] == (byte) 0x9B ? 2 : 0;
  }

  /** Returns the position behind the sequence that begins at {@code at}, or -1. */
  private static int sequenceEnd(byte[] area, int at, int end) {
    int start = at + introducerLength(area, at, end);
    while (start < end && isIntermediate(area[start])) {
      start++;
    }
    int textEnd = start;
    while (textEnd < end && (isAlphanumeric(area[textEnd]) || area[textEnd] == ';')) {
      textEnd++;
    }
    if (textEnd < end && area[textEnd] == BELL) {
      return textEnd + 1;
    }
    // The final character may be a digit, so the numbers give back as much as it takes.
    for (int i = numbersEnd(area, start, end); i >= start; i--) {
      if (i < end && isFinal(area[i])) {
        return i + 1;
      }
    }
    return -1;
  }

  /** Returns the end of the longest {@code \d{1,4}(?:;\d{0,4})*}. */
  private static int numbersEnd(byte[] area, int start, int end) {
    int at = digitsEnd(area, start, end);
    while (at > start && at < end && area[at] == ';') {
      at = digitsEnd(area, at + 1, end);
    }
    return at;
  }

  private static int digitsEnd(byte[] area, int at, int end) {
    int limit = Math.min(end, at + 4);
    while (at < limit && isDigit(area[at])) {
      at++;
    }
    return at;
  }

  private static boolean isIntermediate(byte b) {
    return switch (b) {
      case '[', ']', '(', ')', '#', ';', '?' -> true;
      default -> false;
    };
  }

  private static boolean isFinal(byte b) {
    return isDigit(b)
        || (b >= 'A' && b <= 'P')
        || (b >= 'f' && b <= 'n')
        || switch (b) {
          case 'R', 'Z', 'c', 't', 'q', 'r', 'y', '=', '>', '<', '~' -> true;
          default -> false;
        };
  }

  private static boolean isAlphanumeric(byte b) {
    return isDigit(b) || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
