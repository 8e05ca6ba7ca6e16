package io.skald.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What was pushed to one stream, one line a timestamp, and what a server said of it. Compares it
 * with what is read. Thread-safe.
 */
final class PushLedger {
  private final String stream;
  private final TreeMap<Long, String> pushed = new TreeMap<>(); // guarded by this
  private final TreeMap<Long, String> acknowledged = new TreeMap<>(); // guarded by this
  private final List<Deletion> deletions = new ArrayList<>(); // guarded by this

  /** A time whose entries are gone for reads that begin later than {@code sinceNanos}. */
  private record Deletion(long fromNanos, long throughNanos, long sinceNanos) {
    boolean holds(long timestampNanos) {
      return timestampNanos >= fromNanos && timestampNanos <= throughNanos;
    }
  }

  /**
   * @param stream for messages
   */
  PushLedger(String stream) {
    this.stream = stream;
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
      pushed.putAll(lines);
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
        acknowledged.putAll(lines);
      }
    }
    return answer;
  }

  /** Returns whether nothing was pushed. */
  synchronized boolean isEmpty() {
    return pushed.isEmpty();
  }

  /** Returns how many lines must be found: what was acknowledged or once found, and not deleted. */
  synchronized int size() {
    return acknowledged.size();
  }

  /** Returns the timestamp of the last line that was pushed; 0 for none. */
  synchronized long lastNanos() {
    return pushed.isEmpty() ? 0 : pushed.lastKey();
  }

  /**
   * Remembers that entries were deleted: from now on they need not be found.
   *
   * @param fromNanos inclusive, as the next
   * @param sinceNanos by {@link System#nanoTime}; from then on they must not be found
   */
  synchronized void delete(long fromNanos, long throughNanos, long sinceNanos) {
    deletions.add(new Deletion(fromNanos, throughNanos, sinceNanos));
    acknowledged.subMap(fromNanos, true, throughNanos, true).clear();
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
    TreeMap<Long, String> expected;
    List<Deletion> gone;
    long from;
    long through;
    synchronized (this) {
      if (pushed.isEmpty()) {
        return 0;
      }
      expected = new TreeMap<>(acknowledged.tailMap(fromNanos));
      gone = List.copyOf(deletions);
      from = Math.max(fromNanos, pushed.firstKey());
      through = pushed.lastKey() + 1;
    }
    long begun = System.nanoTime();
    TreeMap<Long, String> found = new TreeMap<>();
    for (SkaldClient.Entry entry : client.entries(query, from, through)) {
      if (found.put(entry.timestampNanos(), entry.line()) != null) {
        throw new AssertionError(where + ": twice in " + stream + ": " + entry);
      }
      for (Deletion deletion : gone) {
        if (deletion.holds(entry.timestampNanos()) && begun - deletion.sinceNanos > 0) {
          throw new AssertionError(where + ": deleted, but found in " + stream + ": " + entry);
        }
      }
    }
    compare(expected, found, where);
    return found.size();
  }

  private synchronized void compare(
      Map<Long, String> expected, Map<Long, String> found, String where) {
    Set<Map.Entry<Long, String>> lost = new HashSet<>(expected.entrySet());
    lost.removeAll(found.entrySet());
    lost.removeIf(entry -> isDeleted(entry.getKey()));
    Set<Map.Entry<Long, String>> invented = new HashSet<>(found.entrySet());
    invented.removeAll(pushed.entrySet());
    if (!lost.isEmpty() || !invented.isEmpty()) {
      throw new AssertionError(
          "%s: %s: lost %d %s, invented %d %s"
              .formatted(
                  where,
                  stream,
                  lost.size(),
                  lost.stream().sorted(Map.Entry.comparingByKey()).limit(3).toList(),
                  invented.size(),
                  invented.stream().limit(3).toList()));
    }
    // What was stored without an answer is stored from now on.
    found.forEach((timestamp, line) -> {
      if (!isDeleted(timestamp)) {
        acknowledged.put(timestamp, line);
      }
    });
  }

  private synchronized boolean isDeleted(long timestampNanos) {
    return deletions.stream().anyMatch(deletion -> deletion.holds(timestampNanos));
  }
}
