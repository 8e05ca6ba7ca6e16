package io.skald.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skald.common.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A log file that an agent follows, and what must be found of it: each line once, in order, and
 * none left out before one that is found. Thread-safe.
 */
final class FollowedFile {
  private static final long MINUTE_NANOS = 60_000_000_000L;
  private static final Pattern NUMBERED = Pattern.compile("followed line (\\d+) .*");

  private final Path path;
  private final Path positions;
  private final Clock clock = Clock.system();
  private final long begunNanos = clock.nowNanos();
  private final List<Long> ends = new ArrayList<>(); // behind each line; guarded by this

  /**
   * @param positions where the agent keeps what it has read
   */
  FollowedFile(Path path, Path positions) {
    this.path = path;
    this.positions = positions;
  }

  Path path() {
    return path;
  }

  private static String line(int number) {
    return "followed line " + number + " " + "x".repeat(number * 31 % 200);
  }

  synchronized void append(int lines) {
    StringBuilder text = new StringBuilder();
    long begin = ends.isEmpty() ? 0 : ends.getLast();
    for (int i = 0; i < lines; i++) {
      text.append(line(ends.size())).append('\n');
      ends.add(begin + text.length());
    }
    try {
      Files.writeString(path, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized int size() {
    return ends.size();
  }

  /** Returns how many lines the agent says are stored. */
  private synchronized int acknowledged() {
    try {
      Matcher entry =
          Pattern.compile(Pattern.quote(path.toString()) + "\"?: \"?(\\d+)")
              .matcher(Files.exists(positions) ? Files.readString(positions, UTF_8) : "");
      long position = entry.find() ? Long.parseLong(entry.group(1)) : 0;
      return (int) ends.stream().filter(end -> end <= position).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Compares what a server has of the file since a time with what was written.
   *
   * @param query selects its stream
   * @param where for the message of a failure
   * @return how many lines were written up to the last one that was found, it included; 0 for none
   * @throws AssertionError if a line is lost, invented, doubled or out of order
   * @throws SkaldClient.RefusedException if the server did not answer the query
   */
  int check(SkaldClient client, String query, long fromNanos, String where) {
    boolean isWhole = fromNanos <= begunNanos;
    int least = isWhole ? acknowledged() : 0;
    List<SkaldClient.Entry> found =
        client.entries(query, Math.max(fromNanos, begunNanos), clock.nowNanos() + MINUTE_NANOS);
    int next = isWhole || found.isEmpty() ? 0 : numberOf(found.getFirst().line());
    int written = size();
    for (SkaldClient.Entry entry : found) {
      if (next == written || !entry.line().equals(line(next))) {
        throw new AssertionError(
            "%s: %s holds %s where line %d of %d is due"
                .formatted(where, query, entry, next, written));
      }
      next++;
    }
    if (next < least) {
      throw new AssertionError(
          "%s: %s ends before line %d, and %d are acknowledged"
              .formatted(where, query, next, least));
    }
    return next;
  }

  private static int numberOf(String line) {
    Matcher numbered = NUMBERED.matcher(line);
    return numbered.matches() ? Integer.parseInt(numbered.group(1)) : -1;
  }
}
