package io.skald.logql.pipeline;

import org.jspecify.annotations.Nullable;

/**
 * The label name that a key of a line becomes, with what a stream's processor has to know of it.
 * One object per name and processor, so that the work of making the name is done once.
 */
final class LabelName {
  private static final String CLASH_SUFFIX = "_extracted";

  private final String name;
  private final boolean ofStream;
  private final boolean wanted;
  private final boolean clashWanted;
  private @Nullable String clashName;

  /**
   * @param name valid, or "" for a key that yields no label
   * @param ofStream whether the stream has a label of this name
   */
  LabelName(String name, boolean ofStream, LabelNeeds needs) {
    this.name = name;
    this.ofStream = ofStream;
    this.wanted = needs.wants(name);
    this.clashWanted = needs.wants(name + CLASH_SUFFIX);
  }

  /** Returns the name without regard to clashes. */
  String plain() {
    return name;
  }

  boolean ofStream() {
    return ofStream;
  }

  /** Returns whether any later step looks at the label. */
  boolean isWanted(boolean clash) {
    return clash ? clashWanted : wanted;
  }

  /** Returns the name to set: with a suffix if it clashes with a stream label or metadata. */
  String effective(boolean clash) {
    if (!clash) {
      return name;
    }
    String result = clashName;
    if (result == null) {
      result = name + CLASH_SUFFIX;
      clashName = result;
    }
    return result;
  }

  static String clashing(String name) {
    return name + CLASH_SUFFIX;
  }
}
