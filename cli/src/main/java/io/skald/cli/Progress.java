package io.skald.cli;

import java.io.PrintStream;

/** Tells on a terminal how a long query goes; prints nothing elsewhere. */
final class Progress {
  private final PrintStream err;
  private final boolean shown;
  private boolean dirty;

  Progress(PrintStream err, boolean shown) {
    this.err = err;
    this.shown = shown;
  }

  void lines(long count) {
    if (shown) {
      err.printf("\r\u001b[2K%,d lines ...", count);
      err.flush();
      dirty = true;
    }
  }

  /** Wipes the note before something else is printed. */
  void done() {
    if (dirty) {
      err.print("\r\u001b[2K");
      err.flush();
      dirty = false;
    }
  }
}
