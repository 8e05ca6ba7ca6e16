package io.skald.logql.template;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds all matches of a regular expression in a byte string, left to right, as Go's {@code
 * FindAll} and {@code ReplaceAll} do: an empty match directly behind a match does not count.
 * Positions are in bytes; an invalid byte is a character U+FFFD.
 *
 * <p>The library searches chars. (It can search bytes too, but loses what stands before the start
 * of a search if that is not ASCII, and stops at an invalid byte.) So a text that is not ASCII is
 * decoded, and positions are translated.
 */
final class RegexSearch {
  private final Matcher matcher;
  private final String chars;

  /** Byte position of each char, and of the end; null if they are the same. */
  private final int @Nullable [] bytePositions;

  private int searchFrom;
  private int previousEnd = -1;

  RegexSearch(Pattern pattern, String byteString) {
    if (ByteStrings.isAscii(byteString)) {
      this.chars = byteString;
      this.bytePositions = null;
    } else {
      this.chars = ByteStrings.toText(byteString);
      this.bytePositions = bytePositions(byteString, chars);
    }
    this.matcher = pattern.matcher(chars);
  }

  private static int[] bytePositions(String byteString, String chars) {
    int[] positions = new int[chars.length() + 1];
    int at = 0;
    for (int i = 0; i < chars.length(); ) {
      int count = Character.charCount(chars.codePointAt(i));
      for (int j = 0; j < count; j++) {
        positions[i + j] = at;
      }
      i += count;
      at += ByteStrings.runeLength(byteString, at);
    }
    positions[chars.length()] = at;
    return positions;
  }

  /** Goes to the next match; returns false if there is none. */
  boolean next() {
    while (searchFrom <= chars.length() && matcher.find(searchFrom)) {
      int end = matcher.end();
      boolean isEmpty = end == matcher.start();
      searchFrom = end;
      if (isEmpty) {
        searchFrom += end < chars.length() ? Character.charCount(chars.codePointAt(end)) : 1;
      }
      boolean counts = end > previousEnd;
      previousEnd = end;
      if (counts) {
        return true;
      }
    }
    return false;
  }

  int groupCount() {
    return matcher.groupCount();
  }

  /** Returns the start of a group of the current match, -1 if it takes no part; 0 is the match. */
  int start(int group) {
    return toBytes(matcher.start(group));
  }

  int end(int group) {
    return toBytes(matcher.end(group));
  }

  private int toBytes(int position) {
    return bytePositions == null || position < 0 ? position : bytePositions[position];
  }
}
