package io.skald.cli;

import java.io.PrintStream;

/** Tells on a terminal how long work goes; prints nothing elsewhere. */
final class Progress {
  private static final int BAR_LENGTH = 30;

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

  /** Shows how much of all bytes is done, and where it stands. */
  void part(long bytes, long allBytes, long line, String file) {
    int tenths = (int) Math.min(BAR_LENGTH, BAR_LENGTH * bytes / Math.max(1, allBytes));
    show(
        "[%s%s] %d%% %s, line %,d"
            .formatted(
                "#".repeat(tenths),
                "-".repeat(BAR_LENGTH - tenths),
                Math.min(100, 100 * bytes / Math.max(1, allBytes)),
                Terminal.escaped(file),
                line));
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
