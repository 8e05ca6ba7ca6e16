package io.skald.logql.pipeline;

/** {@code | decolorize}: strips terminal escape sequences, see {@link AnsiEscapes}. */
record Decolorize() implements Step {
  @Override
  public boolean run(EntryState entry) {
    byte[] stripped = AnsiEscapes.strip(entry.area(), entry.start(), entry.end());
    if (stripped != null) {
      entry.setLine(stripped, stripped.length);
    }
    return true;
  }
}
