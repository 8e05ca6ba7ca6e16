package io.skald.logql.pipeline.match;

import org.jspecify.annotations.Nullable;

/** Reads the inside of a character class, {@code [...]}. */
final class RegexClassReader {
  private final String members;
  private int at;
  private CodePointSet set = CodePointSet.of();

  private RegexClassReader(String members) {
    this.members = members;
  }

  /**
   * Returns the set that a class stands for, or null if it holds something unfamiliar.
   *
   * @param members what stands between the brackets, a leading {@code ^} included
   */
  static @Nullable CodePointSet read(String members, boolean fold) {
    boolean negated = members.startsWith("^");
    RegexClassReader reader = new RegexClassReader(negated ? members.substring(1) : members);
    while (reader.at < reader.members.length()) {
      if (!reader.member()) {
        return null;
      }
    }
    CodePointSet set = reader.set;
    if (fold) {
      if (!set.isAscii()) {
        return null;
      }
      set = set.foldedAscii();
    }
    return negated ? set.complement() : set;
  }

  private boolean member() {
    CodePointSet named = named();
    if (named != null) {
      set = set.union(named);
      return true;
    }
    int first = character();
    if (first < 0) {
      return false;
    }
    int last = first;
    if (at + 1 < members.length() && members.charAt(at) == '-') {
      at++;
      last = character();
      if (last < first) {
        return false;
      }
    }
    set = set.union(CodePointSet.of(first, last));
    return true;
  }

  /** Reads {@code \d} or {@code [:alpha:]}; null if neither stands here. */
  private @Nullable CodePointSet named() {
    if (members.startsWith("[:", at)) {
      int end = members.indexOf(":]", at);
      CodePointSet posix = end < 0 ? null : posix(members.substring(at + 2, end));
      if (posix != null) {
        at = end + 2;
      }
      return posix;
    }
    CodePointSet perl =
        members.startsWith("\\", at) && at + 1 < members.length()
            ? perl(members.charAt(at + 1), false)
            : null;
    if (perl != null) {
      at += 2;
    }
    return perl;
  }

  /** Returns the set of {@code \letter}, or null. */
  static @Nullable CodePointSet perl(char letter, boolean fold) {
    CodePointSet words = fold ? CodePointSet.WORDS.foldedAscii() : CodePointSet.WORDS;
    return switch (letter) {
      case 'd' -> CodePointSet.DIGITS;
      case 'D' -> CodePointSet.DIGITS.complement();
      case 'w' -> words;
      case 'W' -> words.complement();
      case 's' -> CodePointSet.SPACES;
      case 'S' -> CodePointSet.SPACES.complement();
      default -> null;
    };
  }

  private static @Nullable CodePointSet posix(String name) {
    return switch (name) {
      case "alnum" -> CodePointSet.of('0', '9', 'A', 'Z', 'a', 'z');
      case "alpha" -> CodePointSet.of('A', 'Z', 'a', 'z');
      case "digit" -> CodePointSet.DIGITS;
      case "lower" -> CodePointSet.of('a', 'z');
      case "upper" -> CodePointSet.of('A', 'Z');
      case "space" -> CodePointSet.of('\t', '\r', ' ', ' ');
      case "word" -> CodePointSet.WORDS;
      case "xdigit" -> CodePointSet.of('0', '9', 'A', 'F', 'a', 'f');
      default -> null;
    };
  }

  /** Reads one character, escaped or not; -1 if it is unfamiliar. */
  private int character() {
    int c = members.codePointAt(at);
    at += Character.charCount(c);
    if (c == '[' && at < members.length() && members.charAt(at) == ':') {
      return -1;
    }
    if (c != '\\') {
      return c;
    }
    if (at == members.length()) {
      return -1;
    }
    char escaped = members.charAt(at++);
    return switch (escaped) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> escaped < 0x80 && !Character.isLetterOrDigit(escaped) ? escaped : -1;
    };
  }
}
