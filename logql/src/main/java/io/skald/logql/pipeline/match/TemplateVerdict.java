package io.skald.logql.pipeline.match;

/** What a template says of all its lines at once. */
public enum TemplateVerdict {
  NO,
  MAYBE,
  YES;

  /** Returns what is known if one of two suffices. */
  public TemplateVerdict or(TemplateVerdict other) {
    return compareTo(other) >= 0 ? this : other;
  }

  /** Returns what is known if both must hold. */
  public TemplateVerdict and(TemplateVerdict other) {
    return compareTo(other) <= 0 ? this : other;
  }

  public TemplateVerdict negated() {
    return switch (this) {
      case NO -> YES;
      case MAYBE -> MAYBE;
      case YES -> NO;
    };
  }
}
