package io.skald.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skald.tests.simulation.StreamLedger;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * What was pushed to one stream, one line a timestamp, and what a server said of it. Compares it
 * with what is read. Thread-safe.
 */
final class PushLedger {
  private final StreamLedger stream; // guarded by this
  private final boolean foundIsStored;

  /**
   * A ledger of what one server has: what it had once without having answered, it has for good.
   *
   * @param stream for messages
   */
  PushLedger(String stream) {
    this(stream, true);
  }

  private PushLedger(String stream, boolean foundIsStored) {
    this.stream = new StreamLedger(stream);
    this.foundIsStored = foundIsStored;
  }

  /**
   * Likewise, of what a cluster has: of what is not acknowledged one server may have the only copy,
   * and a read may do without that server.
   */
  static PushLedger ofCluster(String stream) {
    return new PushLedger(stream, false);
  }

  /** Returns the time, or a nanosecond after the last line if that is later. */
  synchronized long nextNanos() {
    return Math.max(lastNanos() + 1, TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));
  }

  /**
   * Pushes lines and remembers what became of them. The same lines may be pushed again.
   *
   * @param labels of the stream, as a JSON object
   * @param lines by timestamp; of characters that JSON takes as they are
   */
  SkaldClient.Answer push(SkaldClient client, String labels, Map<Long, String> lines) {
    synchronized (this) {
      stream.pushed(lines);
    }
    String values =
        lines.entrySet().stream()
            .map(line -> "[\"%d\",\"%s\"]".formatted(line.getKey(), line.getValue()))
            .collect(Collectors.joining(","));
    String body = "{\"streams\":[{\"stream\":%s,\"values\":[%s]}]}".formatted(labels, values);
    SkaldClient.Answer answer =
        client.post("/loki/api/v1/push", "application/json", body.getBytes(UTF_8));
    if (answer.status() == 204) {
      synchronized (this) {
        stream.acknowledged(lines);
      }
    }
    return answer;
  }

  /** Returns whether nothing was pushed. */
  synchronized boolean isEmpty() {
    return stream.timestamps().isEmpty();
  }

  /** Returns how many lines were acknowledged, or found where that counts as much. */
  synchronized int size() {
    return stream.acknowledgedCount();
  }

  /** Returns the timestamp of the last line that was pushed; 0 for none. */
  synchronized long lastNanos() {
    NavigableSet<Long> timestamps = stream.timestamps();
    return timestamps.isEmpty() ? 0 : timestamps.last();
  }

  /**
   * Remembers that somebody asks to delete what lies between the times, both inclusive: from now on
   * it need not be found.
   *
   * @return to be run when that was granted, with the time by {@link System#nanoTime} from which on
   *     it must not be found
   */
  synchronized LongConsumer delete(long fromNanos, long throughNanos) {
    LongConsumer granted = stream.delete(fromNanos, throughNanos);
    return goneNanos -> {
      synchronized (this) {
        granted.accept(goneNanos);
      }
    };
  }

  /** What a read is compared with. */
  private record Expected(
      long fromNanos, long throughNanos, NavigableMap<Long, String> lines, long begunNanos) {}

  private synchronized Expected expected(long fromNanos, long throughNanos) {
    return new Expected(
        fromNanos, throughNanos, stream.expected(fromNanos, throughNanos), System.nanoTime());
  }

  /**
   * Compares what a server has of the stream since a time with what was pushed.
   *
   * @param query selects the stream
   * @param where for the message of a failure
   * @return how many entries were compared
   * @throws AssertionError if an entry is lost, invented, doubled or has come back
   * @throws SkaldClient.RefusedException if the server did not answer the query
   */
  int check(SkaldClient client, String query, long fromNanos, String where) {
    if (isEmpty()) {
      return 0;
    }
    Expected expected = expected(Math.max(fromNanos, firstNanos()), lastNanos() + 1);
    List<Map.Entry<Long, String>> found =
        client.entries(query, expected.fromNanos, expected.throughNanos).stream()
            .map(entry -> Map.entry(entry.timestampNanos(), entry.line()))
            .toList();
    synchronized (this) {
      run(where, () -> stream.check(expected.lines, expected.begunNanos, found));
      if (foundIsStored) {
        stream.acknowledged(
            found.stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
      }
    }
    return found.size();
  }

  private synchronized long firstNanos() {
    return stream.timestamps().first();
  }

  /**
   * As {@link #check}, of how many entries a server counts in steps.
   *
   * @param query counts the stream's entries over one step
   * @return how many steps were compared
   */
  int checkCounts(SkaldClient client, String query, long fromNanos, long stepNanos, String where) {
    if (isEmpty()) {
      return 0;
    }
    long first = Math.ceilDiv(Math.max(fromNanos, firstNanos()), stepNanos) * stepNanos;
    long last = Math.ceilDiv(lastNanos(), stepNanos) * stepNanos;
    Expected expected = expected(first - stepNanos + 1, last + 1);
    Map<Long, Double> counts = client.values(query, first, last, stepNanos);
    int steps = 0;
    for (long step = first; step <= last; step += stepNanos, steps++) {
      long from = step - stepNanos + 1;
      long through = step + 1;
      double count = counts.getOrDefault(step, 0.0);
      synchronized (this) {
        run(
            where,
            () -> stream.checkCount(expected.lines, expected.begunNanos, from, through, count));
      }
    }
    return steps;
  }

  private static void run(String where, Runnable check) {
    try {
      check.run();
    } catch (AssertionError e) {
      throw new AssertionError(where + ": " + e.getMessage(), e);
    }
  }
}
