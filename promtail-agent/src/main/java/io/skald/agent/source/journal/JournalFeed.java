package io.skald.agent.source.journal;

import io.skald.agent.json.JsonWriter;
import io.skald.agent.position.Cursor;
import io.skald.agent.source.JobEntries;
import io.skald.agent.source.SourceCounters;
import io.skald.agent.source.SourceSink;
import io.skald.agent.tail.LineFeed;
import io.skald.agent.tail.SourceStatus;
import io.skald.common.time.Clock;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal as one job of one client reads it, from where the client's deliveries ended. When
 * {@code journalctl} ends it is started again behind the last entry that was read.
 */
public final class JournalFeed implements LineFeed {
  private static final Logger log = LoggerFactory.getLogger(JournalFeed.class);
  private static final String KIND = "journal";
  private static final int QUEUED_ENTRIES = 512;
  private static final int CHUNK_ENTRIES = 256;
  private static final long POLL_NANOS = 50_000_000;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(30);

  /** The part of a cursor that tells when its entry was written, in microseconds. */
  private static final Pattern CURSOR_TIME = Pattern.compile("(?:^|;)t=([0-9a-f]{1,15})(?:;|$)");

  private final JournalConfig config;
  private final JobEntries entries;
  private final List<String> command;
  private final SourceCounters counters;
  private final Clock clock;
  private final String key;
  private final BlockingQueue<JournalEntry> queue = new ArrayBlockingQueue<>(QUEUED_ENTRIES);
  private final Thread reader;
  private volatile boolean closed;
  private volatile @Nullable Process process;

  /** Why journalctl does not run, "" while it does. */
  private volatile String failure = "not started yet";

  /** Confined to the reader thread of the lane, as what follows. */
  private String handedOn;

  private long number;

  /** Where the program goes on; confined to the thread that reads its output. */
  private String readUpTo;

  /**
   * Begins to read.
   *
   * @param command runs journalctl; without arguments of ours
   * @param cursor behind which to begin, "" for none
   * @param number the last number that was given to an entry
   */
  public JournalFeed(
      JournalConfig config,
      JobEntries entries,
      List<String> command,
      String cursor,
      long number,
      SourceCounters counters,
      Clock clock) {
    this.config = config;
    this.entries = entries;
    this.command = List.copyOf(command);
    this.handedOn = cursor;
    this.readUpTo = cursor;
    this.number = number;
    this.counters = counters;
    this.clock = clock;
    this.key = key(entries.job());
    this.reader = Thread.ofVirtual().name("journal-" + entries.job()).start(this::readAlways);
  }

  /** Returns the name of the position that a job has, as in Promtail's file. */
  public static String key(String job) {
    return "cursor-" + job;
  }

  // ---- the program's output

  private void readAlways() {
    Duration pause = FIRST_PAUSE;
    while (!closed) {
      long before = clock.monotonicNanos();
      failure = readOnce();
      if (closed) {
        return;
      }
      boolean lasted = clock.monotonicNanos() - before > MAX_PAUSE.toNanos();
      pause = lasted ? FIRST_PAUSE : pause;
      log.warn(
          "job {}: journalctl ended ({}); started again in {} s",
          entries.job(),
          failure,
          pause.toSeconds());
      try {
        Thread.sleep(pause);
      } catch (InterruptedException _) {
        return;
      }
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(MAX_PAUSE) < 0 ? doubled : MAX_PAUSE;
    }
  }

  /** Runs the program once; returns why it ended. */
  private String readOnce() {
    try {
      Process started = new ProcessBuilder(arguments()).start();
      process = started;
      failure = "";
      if (closed) {
        started.destroy();
      }
      started.getOutputStream().close();
      ExportReader export =
          new ExportReader(new BufferedInputStream(started.getInputStream(), 64 << 10));
      for (JournalEntry entry = export.next(); entry != null; entry = export.next()) {
        queue.put(entry);
        readUpTo = entry.cursor().isEmpty() ? readUpTo : entry.cursor();
      }
      byte[] said = started.getErrorStream().readNBytes(1024);
      return "code "
          + started.waitFor()
          + (said.length == 0 ? "" : ": " + new String(said, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    } catch (InterruptedException _) {
      closed = true;
      return "the agent ends";
    }
  }

  List<String> arguments() {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(List.of("--output=export", "--follow", "--all", "--no-pager", "--quiet"));
    if (!config.path().isEmpty()) {
      arguments.add("--directory=" + config.path());
    }
    long oldestMicros = (clock.nowNanos() - config.maxAge().toNanos()) / 1000;
    Matcher time = CURSOR_TIME.matcher(readUpTo);
    boolean usable =
        !readUpTo.isEmpty() && (!time.find() || Long.parseLong(time.group(1), 16) >= oldestMicros);
    if (usable) {
      arguments.add("--after-cursor=" + readUpTo);
    } else {
      arguments.add("--since=@" + oldestMicros / 1_000_000);
    }
    arguments.add("--lines=all");
    arguments.addAll(config.terms());
    return arguments;
  }

  // ---- the lane's side

  @Override
  public long pass() {
    int count = 0;
    JournalEntry entry = null;
    while (count < CHUNK_ENTRIES && entries.hasRoom() && (entry = queue.poll()) != null) {
      handOn(entry);
      count++;
    }
    if (count > 0) {
      entries.advance(Cursor.position(key, number, handedOn));
    }
    return entry == null ? POLL_NANOS : 0;
  }

  private void handOn(JournalEntry entry) {
    String before = handedOn;
    long at = number++;
    handedOn = entry.cursor().isEmpty() ? handedOn : entry.cursor();
    byte[] line = config.json() ? json(entry) : entry.message();
    if (line == null) {
      counters.add(KIND, "parsing_errors", 1);
      return;
    }
    Map<String, String> told = new HashMap<>(config.labels());
    entry.addLabels(told);
    long micros = entry.realtimeMicros();
    long nanos = micros < 0 ? SourceSink.TIME_OF_READING : micros * 1000;
    if (entries.give(told, nanos, line, at, n -> Cursor.position(key, n, before))) {
      counters.add(KIND, "lines", 1);
    }
  }

  private static byte[] json(JournalEntry entry) {
    return JsonWriter.write(entry.texts()).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public List<SourceStatus> sources() {
    String trouble = failure;
    return List.of(
        new SourceStatus(
            entries.job(),
            KIND,
            config.path().isEmpty() ? "the system's journal" : config.path(),
            trouble.isEmpty(),
            trouble.isEmpty() ? "reading" : "journalctl does not run: " + trouble));
  }

  @Override
  public void close() {
    closed = true;
    reader.interrupt();
    Process running = process;
    if (running != null) {
      running.destroy();
    }
  }
}
