package io.skald.cli;

/** Tells on a terminal how a long query goes; prints nothing elsewhere. */
final class Progress {
  private final boolean shown;
  private boolean dirty;

  Progress(boolean shown) {
    this.shown = shown;
  }

  void lines(long count) {
    if (shown) {
      System.err.printf("\r\u001b[2K%,d lines ...", count);
      System.err.flush();
      dirty = true;
    }
  }

  void done() {
    if (dirty) {
      System.err.print("\r\u001b[2K");
      System.err.flush();
      dirty = false;
    }
  }
}
