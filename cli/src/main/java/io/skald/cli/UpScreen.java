package io.skald.cli;

import io.skald.agent.AgentStatus;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What {@code skald up} prints: where it listens, what it tails, two commands to try, and how many
 * lines have gone in. On a terminal the count is kept up to date in place; otherwise it is printed
 * when the files that were there have been read, and at the end.
 */
final class UpScreen {
  private static final long PERIOD_MILLIS = 500;

  /** After so many updates without a file the count is printed as it is. */
  private static final int PATIENCE_UPDATES = 20;

  private final String address;
  private final List<String> globs;
  private final Path data;
  private final Supplier<AgentStatus> status;
  private final PrintStream out;
  private final boolean terminal;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("screen").daemon().unstarted(task));

  // Confined to the timer thread once started.
  private String last = "";
  private boolean caughtUp;
  private int updates;

  UpScreen(
      String address,
      List<String> globs,
      Path data,
      Supplier<AgentStatus> status,
      PrintStream out) {
    this.address = address;
    this.globs = globs;
    this.data = data;
    this.status = status;
    this.out = out;
    this.terminal = Shell.isTerminal(1);
  }

  void start() {
    String what =
        globs.isEmpty() ? "the readable text files under /var/log" : String.join(" ", globs);
    out.println("Skald is up");
    out.println(
        "  listening  " + address + "  (Loki's API; add it to Grafana as a Loki data source)");
    out.println("  data       " + data.toAbsolutePath().normalize());
    out.println("  tailing    " + what);
    out.println();
    String addr = address.endsWith(":3100") ? "" : " --addr " + address;
    out.println("Try, in another terminal:");
    out.println("  ./skald query '{job=\"files\"}' --since 1h --limit 10" + addr);
    out.println(
        "  ./skald query 'sum by (filename) (count_over_time({job=\"files\"}[1h]))' --instant"
            + addr);
    out.println();
    out.flush();
    var _ = timer.scheduleWithFixedDelay(this::update, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void update() {
    AgentStatus now = status.get();
    String line = describe(now);
    if (terminal) {
      if (!line.equals(last)) {
        out.print("\r\u001b[2K" + line);
        out.flush();
      }
    } else if (!caughtUp && (++updates > PATIENCE_UPDATES || isCaughtUp(now))) {
      caughtUp = true;
      out.println(line);
      out.flush();
    }
    last = line;
  }

  private static boolean isCaughtUp(AgentStatus status) {
    return status.clients().stream()
        .allMatch(client ->
            client.linesRead() > 0
                && client.lagBytes() == 0
                && client.entriesSent() + client.entriesDropped() >= client.linesRead());
  }

  private static String describe(AgentStatus status) {
    StringBuilder line = new StringBuilder();
    for (AgentStatus.ClientStatus client : status.clients()) {
      line.append(
          String.format(
              "%,d lines in from %,d files", client.entriesSent(), client.files().size()));
      if (client.filesUnreadable() > 0) {
        line.append(String.format(", %,d files not readable", client.filesUnreadable()));
      }
      if (client.entriesDropped() > 0) {
        line.append(String.format(", %,d lines refused", client.entriesDropped()));
      }
      if (!client.lastFailure().isEmpty()) {
        line.append(", last failure: ").append(client.lastFailure());
      }
    }
    return line.toString();
  }

  /** Says that the drain has begun. */
  void stopping() {
    timer.shutdownNow();
    out.println();
    out.println("stopping: sending what was read, writing what is in memory ...");
    out.flush();
  }

  void stopped() {
    out.println("stopped; " + describe(status.get()));
    out.flush();
  }
}
