package io.skald.cli;

import java.net.http.WebSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A log query that is followed. When the server ends the connection it is opened again from the
 * last timestamp on, without what was seen at it.
 */
final class LogTail {
  /** Connections that bring nothing, one after the other, until the tail is given up. */
  private static final int MAX_FRUITLESS = 5;

  /** A server closes with this what it refuses or what has failed: the same would come again. */
  private static final int POLICY_ERROR = 1011;

  /** With which reason a server ends a tail that may begin anew. */
  private static final String AGED = "reached tail max duration limit";

  /** Entries that may have come between two connections. */
  private static final int MISSED_ENTRIES = 1000;

  private final ServerConnection server;
  private final String query;
  private final int delaySeconds;
  private final Duration pause;
  private final Consumer<List<LogEntry>> printer;
  private final Consumer<String> notes;
  private long start;
  private int limit;

  /** The latest time that was seen, and what was seen at it. */
  private long edge = Long.MIN_VALUE;

  private Set<LogEntry> atEdge = new HashSet<>();
  private boolean fruitful;

  /**
   * @param start of the history that comes first, of which the newest {@code limit} lines
   * @param pause before the first new connection; grows with each that brings nothing
   * @param printer is handed the lines of each message
   * @param notes is told what a person should know
   */
  LogTail(
      ServerConnection server,
      String query,
      long start,
      int limit,
      int delaySeconds,
      Duration pause,
      Consumer<List<LogEntry>> printer,
      Consumer<String> notes) {
    this.server = server;
    this.query = query;
    this.start = start;
    this.limit = limit;
    this.delaySeconds = delaySeconds;
    this.pause = pause;
    this.printer = printer;
    this.notes = notes;
  }

  /**
   * Follows until it is interrupted or fails.
   *
   * @throws RefusedException if the server ends it for good
   * @throws UnreachableException if the server cannot be reached, or no longer
   */
  void follow() {
    int fruitless = 0;
    try {
      while (true) {
        fruitful = false;
        Ending ending = connection(fruitless);
        if (ending.status == POLICY_ERROR && !ending.reason.equals(AGED)) {
          throw new RefusedException("the server ended the tail: " + ending.reason);
        }
        fruitless = fruitful ? 0 : fruitless + 1;
        if (!ending.reason.equals(AGED)) {
          if (fruitless > MAX_FRUITLESS) {
            throw new UnreachableException("the connection was lost: " + ending.reason);
          }
          notes.accept("the connection was lost (" + ending.reason + "); connecting again");
          TimeUnit.NANOSECONDS.sleep(pause.toNanos() << fruitless);
        }
        if (edge != Long.MIN_VALUE) {
          start = edge;
          limit = Math.max(limit, MISSED_ENTRIES);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** How a connection ended; status 1006 is without a close frame (RFC 6455, section 7.4.1). */
  private record Ending(int status, String reason) {}

  private Ending connection(int fruitless) throws InterruptedException {
    Listener listener = new Listener();
    WebSocket socket;
    try {
      socket = server.follow("/loki/api/v1/tail", parameters(), listener);
    } catch (UnreachableException e) {
      if (fruitless == 0 && edge == Long.MIN_VALUE || fruitless >= MAX_FRUITLESS) {
        throw e;
      }
      return new Ending(1006, "the server cannot be reached");
    }
    try {
      return listener.ended.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } finally {
      socket.abort();
    }
  }

  private List<Map.Entry<String, String>> parameters() {
    return List.of(
        Map.entry("query", query),
        Map.entry("start", Long.toString(start)),
        Map.entry("limit", Integer.toString(limit)),
        Map.entry("delay_for", Integer.toString(delaySeconds)));
  }

  /** Asks for the next part of a message only when the one before is printed. */
  private final class Listener implements WebSocket.Listener {
    final CompletableFuture<Ending> ended = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          take(Json.read(text.toString()));
        } catch (RuntimeException e) {
          ended.completeExceptionally(e);
        }
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      ended.complete(new Ending(status, reason));
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      ended.complete(new Ending(1006, String.valueOf(failure.getMessage())));
    }
  }

  private void take(Object message) {
    int dropped = Json.list(message, "dropped_entries").size();
    if (dropped > 0) {
      notes.accept("the server left out " + dropped + " lines or more: this reader is too slow");
    }
    List<LogEntry> entries =
        LogEntry.ofStreams(Json.list(message, "streams")).stream().filter(this::isNew).toList();
    if (!entries.isEmpty()) {
      fruitful = true;
      printer.accept(entries);
    }
  }

  private boolean isNew(LogEntry entry) {
    if (entry.timestampNanos() > edge) {
      edge = entry.timestampNanos();
      atEdge = new HashSet<>();
    }
    return entry.timestampNanos() < edge || atEdge.add(entry);
  }
}
