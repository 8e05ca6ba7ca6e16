package io.skald.cli;

import io.skald.common.time.Clock;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Map;

/** What a command printed and how it ended. Its clock stands at 2026-03-02 10:00 UTC. */
record Called(int exitCode, String out, String err) {
  static final long NOW_NANOS = 1_772_445_600_000_000_000L;

  static Called skald(String... arguments) {
    return with(false, Map.of(), arguments);
  }

  /** Runs the command as from a terminal. */
  static Called onTerminal(String... arguments) {
    return with(true, Map.of(), arguments);
  }

  static Called with(boolean isTerminal, Map<String, String> environment, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    return into(out, out, isTerminal, environment, arguments);
  }

  /** Runs the command with an output stream that may fail. */
  static Called into(
      OutputStream out,
      ByteArrayOutputStream copy,
      boolean isTerminal,
      Map<String, String> environment,
      String... arguments) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Shell shell =
        new Shell(
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            isTerminal,
            isTerminal,
            environment,
            new StoppedClock(),
            ZoneId.of("Europe/Berlin"));
    int exitCode = Skald.execute(shell, arguments);
    return new Called(
        exitCode, copy.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static final class StoppedClock implements Clock {
    @Override
    public long nowNanos() {
      return NOW_NANOS;
    }

    @Override
    public long monotonicNanos() {
      return 0;
    }
  }
}
