package io.skald.logql.template;

import java.util.function.IntPredicate;

/** Operations on byte strings that look at characters: Go's strings and unicode packages. */
final class Runes {
  private Runes() {}

  /** White space of Unicode as Go's {@code unicode.IsSpace} has it. */
  static boolean isSpace(int rune) {
    return switch (rune) {
      case '\t',
          '\n',
          0x0B,
          '\f',
          '\r',
          ' ',
          0x85,
          0xA0,
          0x1680,
          0x2028,
          0x2029,
          0x202F,
          0x205F,
          0x3000 ->
          true;
      default -> rune >= 0x2000 && rune <= 0x200A;
    };
  }

  /** Returns the first {@code count} characters. */
  static String head(String byteString, int count) {
    int end = 0;
    for (int i = 0; i < count && end < byteString.length(); i++) {
      end += ByteStrings.runeLength(byteString, end);
    }
    return byteString.substring(0, end);
  }

  static String trimSpace(String byteString) {
    return trimRight(trimLeft(byteString, Runes::isSpace), Runes::isSpace);
  }

  static String trimLeft(String byteString, IntPredicate cut) {
    int start = 0;
    while (start < byteString.length() && cut.test(ByteStrings.runeAt(byteString, start))) {
      start += ByteStrings.runeLength(byteString, start);
    }
    return byteString.substring(start);
  }

  static String trimRight(String byteString, IntPredicate cut) {
    int end = byteString.length();
    while (end > 0) {
      int start = lastRuneStart(byteString, end);
      if (!cut.test(ByteStrings.runeAt(byteString.substring(start, end), 0))) {
        break;
      }
      end = start;
    }
    return byteString.substring(0, end);
  }

  /** Returns a test for the characters of {@code cutSet}; an invalid byte matches any other. */
  static IntPredicate anyOf(String cutSet) {
    return rune -> {
      for (int i = 0; i < cutSet.length(); i += ByteStrings.runeLength(cutSet, i)) {
        if (ByteStrings.runeAt(cutSet, i) == rune) {
          return true;
        }
      }
      return false;
    };
  }

  /** Returns the start of the last character of {@code byteString[0, end)}. */
  private static int lastRuneStart(String byteString, int end) {
    String head = byteString.substring(Math.max(0, end - 4), end);
    for (int start = 0; start < head.length(); start++) {
      if (start + ByteStrings.runeLength(head, start) == head.length()
          && (start == head.length() - 1 || !ByteStrings.isInvalidAt(head, start))) {
        return end - head.length() + start;
      }
    }
    return end - 1;
  }

  static String toUpper(String byteString) {
    return map(byteString, Character::toUpperCase);
  }

  static String toLower(String byteString) {
    return map(byteString, Character::toLowerCase);
  }

  /** Upper-cases the first letter of each word, as Go's deprecated {@code strings.Title}. */
  static String title(String byteString) {
    StringBuilder out = new StringBuilder(byteString.length());
    int previous = ' ';
    for (int i = 0; i < byteString.length(); i += ByteStrings.runeLength(byteString, i)) {
      int rune = ByteStrings.runeAt(byteString, i);
      ByteStrings.appendRune(out, isSeparator(previous) ? Character.toTitleCase(rune) : rune);
      previous = rune;
    }
    return out.toString();
  }

  /** What stands between words: not letters, digits, underscores; in Unicode, only spaces. */
  private static boolean isSeparator(int rune) {
    if (rune < 0x80) {
      return !Character.isLetterOrDigit(rune) && rune != '_';
    }
    return !Character.isLetter(rune) && !Character.isDigit(rune) && isSpace(rune);
  }

  private interface Mapping {
    int apply(int rune);
  }

  /** Maps each character by itself; invalid bytes become U+FFFD, as in Go's strings.Map. */
  private static String map(String byteString, Mapping mapping) {
    StringBuilder out = new StringBuilder(byteString.length());
    for (int i = 0; i < byteString.length(); i += ByteStrings.runeLength(byteString, i)) {
      ByteStrings.appendRune(out, mapping.apply(ByteStrings.runeAt(byteString, i)));
    }
    return out.toString();
  }
}
