package io.skald.cli;

import java.io.PrintStream;

/** Tells on a terminal how long work goes; prints nothing elsewhere. */
final class Progress {
  private final PrintStream err;
  private final boolean shown;
  private boolean dirty;

  Progress(PrintStream err, boolean shown) {
    this.err = err;
    this.shown = shown;
  }

  void lines(long count) {
    show("%,d lines ...".formatted(count));
  }

  void packs(int count, int all) {
    show("%,d of %,d packs ...".formatted(count, all));
  }

  private void show(String text) {
    if (shown) {
      err.print("\r\u001b[2K" + text);
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
