package io.skald.agent.source.docker;

import io.skald.agent.json.JsonException;
import io.skald.agent.json.JsonReader;
import io.skald.agent.json.JsonWriter;
import io.skald.agent.position.Cursor;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.source.JobEntries;
import io.skald.agent.source.SourceCounters;
import io.skald.agent.source.SourceSink;
import io.skald.agent.tail.LineFeed;
import io.skald.agent.tail.SourceStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs of containers as one job of one client reads them, each from where the client's
 * deliveries ended. The position of a container is a time in nanoseconds; Docker is asked for what
 * came since, and what is not younger is left out. Lines that come twice all the same have the same
 * times, so a server takes them for one.
 */
public final class DockerFeed implements LineFeed {
  private static final Logger log = LoggerFactory.getLogger(DockerFeed.class);
  private static final String KIND = "docker";
  private static final long NANOS = 1_000_000_000L;

  /** Lines of all containers that wait; docker's own buffers hold the rest. */
  private static final int QUEUED_LINES = 128;

  private static final int CHUNK_LINES = 256;
  private static final long POLL_NANOS = 50_000_000;
  private static final int MAX_ANSWER_BYTES = 64 << 20;

  private final DockerSdConfig config;
  private final DockerApi api;
  private final JobEntries entries;
  private final String keyPrefix;
  private final int maxLineBytes;
  private final SourceCounters counters;
  private final BlockingQueue<Line> queue = new ArrayBlockingQueue<>(QUEUED_LINES);

  /** The time of the last line that was read of a container; only its reader changes it. */
  private final Map<String, Long> read = new ConcurrentHashMap<>();

  private final Map<String, Reader> readers = new ConcurrentHashMap<>();

  /** Containers that do not exist any more and are read to their end. */
  private final Queue<String> gone = new ConcurrentLinkedQueue<>();

  private final UnaryOperator<String> savedCursors;
  private final Thread lookout;
  private volatile boolean closed;

  /** Why Docker could not be asked last, "" if it could. */
  private volatile String failure = "not asked yet";

  /** The time of the last line that was handed on; confined to the lane's thread. */
  private final Map<String, Long> handedOn = new HashMap<>();

  /**
   * A line on its way.
   *
   * @param mark the position behind it
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Line(
      DockerContainer container, String stream, long nanos, long mark, byte[] text) {}

  /** One container being read. */
  private final class Reader {
    final DockerContainer container;
    private volatile @Nullable InputStream in;
    private long since;
    private @Nullable Thread thread;

    Reader(DockerContainer container) {
      this.container = container;
    }

    void start() {
      thread = Thread.ofVirtual().name("docker-logs").start(this::run);
    }

    private void run() {
      String id = container.id();
      try {
        since = read.getOrDefault(id, 0L);
        boolean terminal = hasTerminal(id);
        String path =
            "/containers/%s/logs?follow=1&stdout=1&stderr=1&timestamps=1&since=%d.%09d"
                .formatted(id, since / NANOS, since % NANOS);
        try (InputStream logs = api.get(path)) {
          in = logs;
          new DockerLogs(logs, terminal, maxLineBytes, this::take).readAll();
        }
      } catch (IOException | JsonException e) {
        if (!closed) {
          counters.add(KIND, "parsing_errors", 1);
          log.warn(
              "job {}: reading the logs of container {} failed, tried again later: {}",
              entries.job(),
              id,
              e.getMessage());
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      } finally {
        readers.remove(id, this);
      }
    }

    /** Times of the two streams may be out of order, so only the stream's start is compared. */
    private void take(String stream, long nanos, long endNanos, long openNanos, byte[] text)
        throws InterruptedException {
      if (endNanos != 0 && endNanos <= since) {
        return; // was read before the stream broke off
      }
      long last = read.getOrDefault(container.id(), 0L);
      // What began and has not ended must come again; what comes twice has the same times.
      long mark = Math.max(last, Math.min(endNanos, openNanos - 1));
      queue.put(new Line(container, stream, nanos, mark, text));
      read.put(container.id(), mark);
    }

    void stop() {
      if (thread != null) {
        thread.interrupt();
      }
      InputStream open = in;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          log.debug("closing the logs of a container failed", e);
        }
      }
    }
  }

  /**
   * Begins to look for containers and to read.
   *
   * @param keyPrefix of the names of positions; the container's id follows
   * @param delivered the positions that the client has delivered
   * @param savedCursors the text at a key of the positions file, "" for none
   * @param maxLineBytes the rest of a longer line is left out
   */
  public DockerFeed(
      DockerSdConfig config,
      JobEntries entries,
      String keyPrefix,
      Map<FileId, FilePosition> delivered,
      UnaryOperator<String> savedCursors,
      int maxLineBytes,
      SourceCounters counters) {
    this.config = config;
    this.api = DockerApi.of(config);
    this.entries = entries;
    this.keyPrefix = keyPrefix;
    this.savedCursors = savedCursors;
    this.maxLineBytes = maxLineBytes;
    this.counters = counters;
    delivered.forEach((id, position) -> {
      String name = id.target();
      if (Cursor.isCursor(id) && name.startsWith(keyPrefix) && isId(name)) {
        read.put(name.substring(keyPrefix.length()), position.offset());
      }
    });
    handedOn.putAll(read);
    this.lookout = Thread.ofVirtual().name("docker-containers").start(this::lookAlways);
  }

  /** Ids of containers have 64 digits; positions of other sources have other names. */
  private boolean isId(String name) {
    return name.substring(keyPrefix.length()).matches("[0-9a-f]{64}");
  }

  // ---- finding

  private void lookAlways() {
    while (!closed) {
      try {
        look();
        failure = "";
      } catch (IOException | JsonException e) {
        if (!closed && !String.valueOf(e.getMessage()).equals(failure)) {
          log.warn(
              "job {}: docker at {} cannot be asked for containers, tried again: {}",
              entries.job(),
              config.host(),
              e.getMessage());
        }
        failure = String.valueOf(e.getMessage());
      }
      try {
        Thread.sleep(config.refreshInterval());
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  private void look() throws IOException, JsonException {
    Object networks = ask("/networks");
    Object containers = ask("/containers/json" + filters());
    for (Object element : DockerContainer.list(containers)) {
      DockerContainer container = DockerContainer.of(element, networks, config);
      Reader fresh = new Reader(container);
      if (!closed && readers.putIfAbsent(container.id(), fresh) == null) {
        read.computeIfAbsent(container.id(), this::saved);
        log.info("job {}: reading the logs of container {}", entries.job(), container.id());
        fresh.start();
      }
    }
    Set<String> existing = new HashSet<>();
    for (Object element : DockerContainer.list(ask("/containers/json?all=1"))) {
      existing.add(DockerContainer.of(element, networks, config).id());
    }
    for (String id : read.keySet()) {
      if (!existing.contains(id) && !readers.containsKey(id)) {
        gone.add(id);
      }
    }
  }

  /** Promtail's positions file has seconds. */
  private @Nullable Long saved(String id) {
    try {
      String seconds = savedCursors.apply("cursor-" + id);
      return seconds.isEmpty() ? null : Long.valueOf(Long.parseLong(seconds) * NANOS);
    } catch (NumberFormatException _) {
      return null;
    }
  }

  private boolean hasTerminal(String id) throws IOException, JsonException {
    Map<?, ?> container = DockerContainer.map(ask("/containers/" + id + "/json"));
    return Boolean.TRUE.equals(DockerContainer.map(container.get("Config")).get("Tty"));
  }

  private @Nullable Object ask(String path) throws IOException, JsonException {
    try (InputStream in = api.get(path)) {
      byte[] answer = in.readNBytes(MAX_ANSWER_BYTES);
      return JsonReader.read(new String(answer, StandardCharsets.UTF_8));
    }
  }

  private String filters() {
    if (config.filters().isEmpty()) {
      return "";
    }
    Map<String, List<String>> byName = new LinkedHashMap<>();
    for (DockerSdConfig.Filter filter : config.filters()) {
      byName.computeIfAbsent(filter.name(), _ -> new ArrayList<>()).addAll(filter.values());
    }
    String json = JsonWriter.write(byName);
    return "?filters=" + URLEncoder.encode(json, StandardCharsets.UTF_8);
  }

  /** One for Docker itself, and one for each container that is read. */
  @Override
  public List<SourceStatus> sources() {
    List<SourceStatus> all = new ArrayList<>();
    List<Reader> reading = List.copyOf(readers.values());
    String trouble = failure;
    all.add(
        status(
            config.host(),
            !reading.isEmpty(),
            trouble.isEmpty() ? "containers: " + reading.size() : "cannot be asked: " + trouble));
    for (Reader reader : reading) {
      all.add(status("container " + reader.container.id(), true, "reading"));
    }
    return all;
  }

  private SourceStatus status(String where, boolean ready, String state) {
    return new SourceStatus(entries.job(), "docker_sd_configs", where, ready, state);
  }

  // ---- the lane's side

  @Override
  public long pass() {
    Set<String> touched = new HashSet<>();
    Line line = null;
    int count = 0;
    while (count < CHUNK_LINES && entries.hasRoom() && (line = queue.poll()) != null) {
      handOn(line);
      touched.add(line.container.id());
      count++;
    }
    for (String id : touched) {
      entries.advance(position(id, handedOn.getOrDefault(id, 0L)));
    }
    if (line == null) {
      forgetGone();
    }
    return line == null ? POLL_NANOS : 0;
  }

  /** What was read of them is handed on: the queue was empty. */
  private void forgetGone() {
    for (String id = gone.poll(); id != null; id = gone.poll()) {
      read.remove(id);
      if (handedOn.remove(id) != null) {
        entries.advance(FilePosition.forget(Cursor.id(keyPrefix + id)));
      }
    }
  }

  private FilePosition position(String id, long nanos) {
    return Cursor.position(keyPrefix + id, nanos, Long.toString(nanos / NANOS));
  }

  private void handOn(Line line) {
    String id = line.container.id();
    long before = handedOn.getOrDefault(id, 0L);
    handedOn.put(id, Math.max(before, line.mark));
    Map<String, String> told = new HashMap<>(line.container.labels());
    told.put("__meta_docker_container_log_stream", line.stream);
    long nanos = line.nanos == 0 ? SourceSink.TIME_OF_READING : line.nanos;
    if (entries.give(told, nanos, line.text, before, mark -> position(id, mark))) {
      counters.add(KIND, "entries", 1);
    }
  }

  @Override
  public void close() {
    closed = true;
    lookout.interrupt();
    readers.values().forEach(Reader::stop);
  }
}
