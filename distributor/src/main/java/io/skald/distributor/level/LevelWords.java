package io.skald.distributor.level;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The words that mean a level, compared without regard to ASCII case. */
final class LevelWords {
  private record Word(byte[] text, String level) {}

  private static final Word[] WORDS = {
    word("trace", "trace"),
    word("trc", "trace"),
    word("debug", "debug"),
    word("dbg", "debug"),
    word("info", "info"),
    word("inf", "info"),
    word("information", "info"),
    word("warn", "warn"),
    word("wrn", "warn"),
    word("warning", "warn"),
    word("error", "error"),
    word("err", "error"),
    word("critical", "critical"),
    word("fatal", "fatal"),
    word("unknown", "unknown"),
  };

  /**
   * Only these are looked for in running text: the other aliases occur in ordinary words' place.
   */
  private static final Word[] ALONE = {
    word("trace", "trace"),
    word("debug", "debug"),
    word("fatal", "fatal"),
    word("critical", "critical"),
    word("error", "error"),
    word("err", "error"),
    word("warning", "warn"),
    word("warn", "warn"),
    word("info", "info"),
  };

  private static final int LEFT = 1;
  private static final int RIGHT = 2;
  private static final int FIRST = 4;

  /** What each byte can be: left neighbour, right neighbour, first letter of a word. */
  private static final byte[] CLASSES = new byte[256];

  static {
    for (char c : " \t\n[({\"=".toCharArray()) {
      CLASSES[c] |= LEFT;
    }
    for (char c : " \t\n[](){}:,!\"=".toCharArray()) {
      CLASSES[c] |= RIGHT;
    }
    for (Word word : ALONE) {
      CLASSES[word.text()[0]] |= FIRST;
      CLASSES[word.text()[0] - 32] |= FIRST;
    }
  }

  private LevelWords() {}

  private static Word word(String text, String level) {
    return new Word(text.getBytes(StandardCharsets.US_ASCII), level);
  }

  /** Returns the level that the whole range names, or null. */
  static @Nullable String levelOf(byte[] area, int from, int to) {
    for (Word word : WORDS) {
      if (word.text().length == to - from && foldedEquals(area, from, word.text())) {
        return word.level();
      }
    }
    return null;
  }

  /** Returns the level of the first word in the range that stands alone, or null. */
  static @Nullable String firstAlone(byte[] area, int start, int end) {
    int left = LEFT;
    for (int i = start; i < end; i++) {
      int current = CLASSES[area[i] & 0xFF];
      if ((current & FIRST) != 0 && (left & LEFT) != 0) {
        String level = aloneAt(area, i, end);
        if (level != null) {
          return level;
        }
      }
      left = current;
    }
    return null;
  }

  private static @Nullable String aloneAt(byte[] area, int at, int end) {
    byte first = fold(area[at]);
    for (Word word : ALONE) {
      int wordEnd = at + word.text().length;
      if (word.text()[0] == first
          && wordEnd <= end
          && (wordEnd == end || (CLASSES[area[wordEnd] & 0xFF] & RIGHT) != 0)
          && foldedEquals(area, at, word.text())) {
        return word.level();
      }
    }
    return null;
  }

  /**
   * @param lower lower-case; the area must reach that far
   */
  static boolean foldedEquals(byte[] area, int from, byte[] lower) {
    for (int i = 0; i < lower.length; i++) {
      if (fold(area[from + i]) != lower[i]) {
        return false;
      }
    }
    return true;
  }

  static byte fold(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
  }
}
