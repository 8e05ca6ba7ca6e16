package io.skald.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds what is missing between files and server, from what agents told beside their batches (their
 * form is in {@code docs/formats/delivery-notes.md}).
 *
 * <p>Parts of a file follow each other. Where one does not begin at the end of the one before, what
 * lies between never arrived: a loss that the agent told of explains it, or else it went missing
 * between agent and server.
 */
final class GapSearch {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long UNKNOWN = -1;

  /** Told as losses, too. */
  private static final List<String> LIMITS =
      List.of("line_too_long", "stream_limited", "no_labels", "global_rate_limiter_drop");

  private final long start;
  private final long end;
  private final List<Gap> gaps = new ArrayList<>();

  /** Parts of files that are known to be lost, by agent and file. */
  private final Map<String, List<Part>> explained = new HashMap<>();

  private final Map<String, Reached> reached = new HashMap<>();
  private final Map<String, Stage> stages = new LinkedHashMap<>();

  /**
   * Lines that are missing.
   *
   * @param first when they were written or read, as near as it is known; inclusive, as the last
   * @param hop where they went missing: stage, agent, server, or between the two
   * @param lines how many; -1 if nobody knows
   * @param bytes of the file; -1 if nobody knows
   */
  record Gap(
      String agent,
      String file,
      long first,
      long last,
      String hop,
      String reason,
      long lines,
      long bytes) {}

  private record Part(long from, long to) {}

  private record Reached(long to, long nanos) {}

  private record Stage(
      String agent, String file, String reason, long first, long last, long lines) {
    Stage with(Stage other) {
      return new Stage(
          agent,
          file,
          reason,
          Math.min(first, other.first),
          Math.max(last, other.last),
          lines + other.lines);
    }
  }

  /** Searches gaps that have a part in the range; both ends inclusive, in nanoseconds. */
  GapSearch(long start, long end) {
    this.start = start;
    this.end = end;
  }

  /** Takes what agents and servers told of losses, in any order; before the parts of files. */
  void addLoss(LogEntry entry) {
    String agent = Json.text(entry.labels(), "agent");
    Object line = Json.read(entry.line());
    long first = time(line, "first", entry.timestampNanos());
    long last = time(line, "last", entry.timestampNanos());
    long from = number(line, "from");
    long to = number(line, "to");
    if (from != UNKNOWN) {
      explained.computeIfAbsent(key(agent, line), _ -> new ArrayList<>()).add(new Part(from, to));
    }
    String file = Json.text(line, "file");
    String where = file.isEmpty() ? Json.text(line, "stream") : file;
    add(
        new Gap(
            agent,
            where.isEmpty() ? Json.text(line, "message") : where,
            first,
            last,
            Json.text(line, "hop"),
            Json.text(line, "reason"),
            number(line, "lines"),
            from == UNKNOWN ? UNKNOWN : to - from));
  }

  /** Takes what an agent told of the parts of files that came with one batch, oldest first. */
  void addRanges(LogEntry entry) {
    String agent = Json.text(entry.labels(), "agent");
    Object line = Json.read(entry.line());
    long first = time(line, "first", entry.timestampNanos());
    for (Object file : Json.list(line, "files")) {
      String name = Json.text(file, "file");
      String key = key(agent, file);
      long from = number(file, "from");
      long to = number(file, "to");
      Reached before = reached.put(key, new Reached(to, entry.timestampNanos()));
      if (before != null && from > before.to) {
        missing(agent, name, key, new Part(before.to, from), before.nanos, first);
      }
      Json.object(file, "dropped")
          .forEach((reason, count) -> {
            if (!LIMITS.contains(reason)) {
              long nanos = entry.timestampNanos();
              stages.merge(
                  key + " " + reason,
                  new Stage(agent, name, reason, nanos, nanos, Json.number(count).longValue()),
                  Stage::with);
            }
          });
    }
  }

  private static String key(String agent, Object file) {
    return agent + " " + Json.text(file, "id");
  }

  private void missing(String agent, String file, String key, Part part, long first, long last) {
    long at = part.from;
    List<Part> known =
        explained.getOrDefault(key, List.of()).stream()
            .sorted(Comparator.comparingLong(Part::from))
            .toList();
    long bytes = 0;
    for (Part loss : known) {
      if (loss.from > at && loss.from < part.to) {
        bytes += loss.from - at;
      }
      at = Math.max(at, Math.min(loss.to, part.to));
    }
    bytes += part.to - at;
    if (bytes > 0) {
      add(
          new Gap(
              agent,
              file,
              Math.min(first, last),
              Math.max(first, last),
              "between",
              "unknown",
              UNKNOWN,
              bytes));
    }
  }

  private void add(Gap gap) {
    if (gap.first <= end && gap.last >= start) {
      gaps.add(gap);
    }
  }

  /** Returns what was found, oldest first. */
  List<Gap> gaps() {
    List<Gap> all = new ArrayList<>(gaps);
    for (Stage stage : stages.values()) {
      if (stage.first <= end && stage.last >= start) {
        all.add(
            new Gap(
                stage.agent,
                stage.file,
                stage.first,
                stage.last,
                "stage",
                stage.reason,
                stage.lines,
                UNKNOWN));
      }
    }
    all.sort(Comparator.comparingLong(Gap::first));
    return all;
  }

  /** Tells whether any agent told of its files at all. */
  boolean isInformed() {
    return !reached.isEmpty();
  }

  private static long number(Object json, String key) {
    String text = Json.text(json, key);
    return text.isEmpty() ? UNKNOWN : Json.number(text).longValue();
  }

  private static long time(Object json, String key, long without) {
    try {
      Instant instant = Instant.parse(Json.text(json, key));
      return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
    } catch (DateTimeParseException e) {
      return without;
    }
  }
}
