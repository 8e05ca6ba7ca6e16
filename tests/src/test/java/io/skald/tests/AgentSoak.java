package io.skald.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A real agent that follows many files into a real server while everything happens to both: files
 * are rotated by rename, by copy and truncate, by rename and compression, or deleted while they are
 * open; the agent is stopped or killed and started again; the server is away for seconds. At the
 * end each line is found once, byte for byte.
 *
 * <p>What is done to a file, and when, follows from the seed, what meets what from the machine. A
 * file has one kind of rotation. What cannot be had is left out, as docs/agent.md tells it: a file
 * that is deleted is one that the agent has open, and the agent is not killed before it has read
 * that to its end. To run it from the folder {@code tests} after {@code mvn verify}:
 *
 * <pre>
 *  java -cp 'target/test-classes:target/lib/*:../cli/target/skald.jar:../cli/target/lib/*' \
 *    io.skald.tests.AgentSoak 300 1 /tmp/soak      # seconds, seed, an empty folder
 * </pre>
 */
final class AgentSoak {
  private static final int FILES = 200;

  /** Lines a second over all files. */
  private static final int LINE_RATE = 1000;

  /** Rotations a second over all files. */
  private static final double ROTATION_RATE = 5;

  /** What comes due while a process starts or ends is not made up for. */
  private static final double MAX_ROTATIONS_AT_ONCE = 20;

  private static final long NANOS = 1_000_000_000L;

  /** Between two rotations of a file: the agent may miss one of them, and often does. */
  private static final long ROTATION_PAUSE = 8 * NANOS;

  /** The agent has what it read of a file it has closed on its disk after this time. */
  private static final long SAVED = 2 * NANOS;

  /** How often the agent's open files are looked at before it is killed. */
  private static final long LOOK_PAUSE = NANOS / 5;

  /** Rotated generations that are kept, oldest ones go. */
  private static final int GENERATIONS = 12;

  private static final Duration CATCH_UP = Duration.ofMinutes(5);

  private static final String SETTINGS =
      """
      ingester:
        chunk_idle_period: 20s
        flush_check_period: 1s
      limits_config: {discover_service_name: [], discover_log_levels: false}
      """;

  private final Path directory;
  private final Path logs;
  private final long seed;
  private final Random random;
  private final int serverPort = SkaldProcess.freePort();
  private final int agentPort = SkaldProcess.freePort();
  private final List<Log> files = new ArrayList<>();
  private final TreeMap<String, Integer> events = new TreeMap<>();
  private @Nullable SkaldProcess server;
  private @Nullable SkaldProcess agent;
  private boolean killDue;
  private long nextLook;
  private long deletedHeldAt;
  private double rotationsDue;

  /** What becomes of a file that is full. */
  private enum Rotation {
    RENAME,
    COPY_TRUNCATE,
    COMPRESS,
    DELETE
  }

  AgentSoak(Path directory, long seed) throws IOException {
    this.directory = directory;
    this.seed = seed;
    this.random = new Random(seed);
    this.logs = Files.createDirectories(directory.resolve("logs")).toRealPath();
    for (int i = 0; i < FILES; i++) {
      files.add(new Log(i));
    }
  }

  /** One file and what was written to it. */
  private final class Log {
    final int number;
    final Rotation rotation;
    final Path path;
    int lines;
    long rotatedAt = System.nanoTime();

    /** What is still to be written of the last line; "" if it is whole. */
    String rest = "";

    Log(int number) {
      this.number = number;
      this.rotation = Rotation.values()[number % Rotation.values().length];
      this.path = logs.resolve("f" + number + ".log");
    }

    /** Appends some lines, or a part of one that is completed the next time. */
    void write(int count) throws IOException {
      StringBuilder text = new StringBuilder(rest);
      rest = "";
      for (int i = 0; i < count; i++) {
        text.append(line(number, lines++)).append('\n');
      }
      if (random.nextInt(10) == 0) {
        String line = line(number, lines++) + '\n';
        int cut = line.offsetByCodePoints(0, 1 + random.nextInt(5));
        text.append(line, 0, cut);
        rest = line.substring(cut);
      }
      append(text.toString());
    }

    void complete() throws IOException {
      append(rest);
      rest = "";
    }

    private void append(String text) throws IOException {
      Files.writeString(path, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    void rotate(long now) throws IOException {
      complete();
      rotatedAt = now;
      switch (rotation) {
        case RENAME -> {
          shift("");
          Files.move(path, generation(1, ""));
        }
        case COPY_TRUNCATE -> {
          shift("");
          Files.copy(path, generation(1, ""));
          Files.write(path, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        }
        case COMPRESS -> {
          shift(".gz");
          Path last = generation(1, "");
          if (Files.exists(last)) { // compressed one rotation later, as logrotate can delay it
            compress(last, generation(2, ".gz"));
          }
          Files.move(path, last);
        }
        case DELETE -> Files.delete(path);
      }
      write(1);
    }

    /** Makes room for a new first generation; compressed ones begin with the second. */
    private void shift(String suffix) throws IOException {
      Files.deleteIfExists(generation(GENERATIONS, suffix));
      for (int i = GENERATIONS - 1; i >= (suffix.isEmpty() ? 1 : 2); i--) {
        Path from = generation(i, suffix);
        if (Files.exists(from)) {
          Files.move(from, generation(i + 1, suffix), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }

    private Path generation(int age, String suffix) {
      return logs.resolve("f" + number + ".log." + age + suffix);
    }

    private static void compress(Path from, Path to) throws IOException {
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(to))) {
        Files.copy(from, out);
      }
      Files.setLastModifiedTime(to, Files.getLastModifiedTime(from)); // as gzip does
      Files.delete(from);
    }

    /** Whether nothing is lost by it: of one to be deleted, that the agent has it open. */
    boolean mayRotate(long now) throws IOException {
      return now - rotatedAt >= ROTATION_PAUSE
          && Files.exists(path)
          && (rotation != Rotation.DELETE || (!killDue && agentHolds(path.toString()::equals)));
    }
  }

  /** Returns a line: any text that is no newline, and never the same one twice. */
  private String line(int file, int number) {
    Random own = new Random((seed * 31 + file) * 1_000_003L + number);
    StringBuilder text = new StringBuilder("f" + file + " n" + number + " ");
    for (int left = own.nextInt(own.nextInt(50) == 0 ? 3000 : 150); left > 0; left--) {
      switch (own.nextInt(20)) {
        case 0 -> text.append("\u00e9\u20ac\u4e2d".charAt(own.nextInt(3)));
        case 1 -> text.appendCodePoint(0x1F600 + own.nextInt(64));
        case 2 -> text.append("\t\r\\\"'{}=".charAt(own.nextInt(8)));
        default -> text.append((char) (' ' + own.nextInt(95)));
      }
    }
    return text.toString();
  }

  /**
   * Lets it happen.
   *
   * @return what was done, for people
   * @throws AssertionError if a line is missing, is there twice, or was never written
   */
  String run(Duration duration) throws IOException, InterruptedException {
    long start = System.nanoTime();
    for (Log file : files) {
      file.write(1);
    }
    try {
      startServer();
      startAgent();
      long end = System.nanoTime() + duration.toNanos(); // the first start may take its time
      long nextEvent = System.nanoTime() + pause();
      double due = 0;
      long last = System.nanoTime();
      while (System.nanoTime() < end) {
        long now = System.nanoTime();
        double elapsedSeconds = (double) (now - last) / NANOS;
        due += elapsedSeconds * LINE_RATE;
        last = now;
        while (due >= 1) {
          int count = 1 + random.nextInt(20);
          files.get(random.nextInt(FILES)).write(count);
          due -= count;
        }
        rotateSome(elapsedSeconds, now);
        killIfDue(now);
        if (now >= nextEvent) {
          happen();
          nextEvent = System.nanoTime() + pause();
        }
        Thread.sleep(10);
      }
      for (Log file : files) {
        file.complete();
      }
      ensureServer();
      ensureAgent();
      return check(start);
    } finally {
      close(agent);
      close(server);
    }
  }

  private static void close(@Nullable SkaldProcess process) {
    if (process != null) {
      process.close();
    }
  }

  private long pause() {
    return (3 + random.nextInt(8)) * NANOS;
  }

  private void rotateSome(double elapsedSeconds, long now) throws IOException {
    rotationsDue = Math.min(MAX_ROTATIONS_AT_ONCE, rotationsDue + elapsedSeconds * ROTATION_RATE);
    for (; rotationsDue >= 1; rotationsDue--) {
      Log file = files.get(random.nextInt(FILES));
      if (file.mayRotate(now)) {
        file.rotate(now);
        count("rotations " + file.rotation);
      }
    }
  }

  private void happen() throws IOException {
    switch (random.nextInt(6)) {
      case 0 -> {
        ensureAgent();
        stopAgent(false);
      }
      case 1, 2 -> {
        ensureAgent();
        killDue = true;
        deletedHeldAt = System.nanoTime();
      }
      case 3 -> stopServer(true);
      case 4 -> stopServer(false);
      default -> {
        ensureServer();
        ensureAgent();
      }
    }
    if (random.nextBoolean()) {
      ensureAgent();
    }
    if (random.nextBoolean()) {
      ensureServer();
    }
  }

  /** Kills the agent if it is to be, and nothing that is only in its hands is lost by it. */
  private void killIfDue(long now) throws IOException {
    if (!killDue || now < nextLook) {
      return;
    }
    nextLook = now + LOOK_PAUSE;
    if (agentHolds(this::isDeleted)) {
      deletedHeldAt = now;
    } else if (now - deletedHeldAt >= SAVED) {
      stopAgent(true);
    }
  }

  /** Tells whether that is an open file of no name, and not one that was compressed. */
  private boolean isDeleted(String link) {
    return files.stream()
        .anyMatch(
            file -> file.rotation == Rotation.DELETE && link.equals(file.path + " (deleted)"));
  }

  /** Tells whether the agent has such a file open, by the names the system gives them. */
  private boolean agentHolds(Predicate<String> link) throws IOException {
    SkaldProcess running = agent;
    if (running == null) {
      return false;
    }
    try (DirectoryStream<Path> open =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(running.pid()), "fd"))) {
      for (Path descriptor : open) {
        if (link.test(target(descriptor))) {
          return true;
        }
      }
    }
    return false;
  }

  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException _) {
      return ""; // closed at this moment
    }
  }

  private void count(String event) {
    events.merge(event, 1, Integer::sum);
  }

  // ---- the processes

  private void startServer() {
    server = SkaldProcess.serve(home("server"), serverPort, SETTINGS);
  }

  private void ensureServer() {
    if (server == null) {
      startServer();
    }
  }

  private void stopServer(boolean kill) {
    SkaldProcess running = server;
    if (running != null) {
      server = null;
      end(running, kill);
      count(kill ? "server killed" : "server stopped");
    }
  }

  private void startAgent() throws IOException {
    Path home = home("agent");
    Path config =
        Files.writeString(
            home.resolve("promtail.yaml"),
            """
            server: {http_listen_address: 127.0.0.1, http_listen_port: %d, graceful_shutdown_timeout: 15s}
            clients:
            - url: http://127.0.0.1:%d/loki/api/v1/push
              batchwait: 200ms
              backoff_config: {min_period: 100ms, max_period: 1s}
            positions: {filename: '%s/positions.yaml', sync_period: 1s}
            target_config: {sync_period: 2s}
            tail_config: {rotate_wait: 2s, partial_line_timeout: 10m}
            scrape_configs:
            - job_name: soak
              static_configs: [{labels: {job: soak, __path__: '%s/*.log'}}]
            """
                .formatted(agentPort, serverPort, home, logs));
    agent = SkaldProcess.start(home, agentPort, List.of("agent", "-config.file=" + config));
  }

  private void ensureAgent() throws IOException {
    if (agent == null) {
      startAgent();
    }
  }

  private void stopAgent(boolean kill) {
    SkaldProcess running = agent;
    if (running != null) {
      agent = null;
      killDue = false;
      end(running, kill);
      count(kill ? "agent killed" : "agent stopped");
    }
  }

  private static void end(SkaldProcess process, boolean kill) {
    if (kill) {
      process.kill();
    } else {
      int code = process.stop();
      if (code != 0 && code != 143) {
        throw new AssertionError("ended with " + code + ":\n" + process.output());
      }
    }
  }

  private Path home(String name) {
    try {
      return Files.createDirectories(directory.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- the check

  private String check(long startedNanos) throws InterruptedException {
    SkaldClient client = new SkaldClient("http://127.0.0.1:" + serverPort);
    long to = (System.currentTimeMillis() + 60_000) * 1_000_000;
    long from = to - (System.nanoTime() - startedNanos) - 600 * NANOS;
    long deadline = System.nanoTime() + CATCH_UP.toNanos();
    List<String> wrong = wrong(client, from, to);
    while (!wrong.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(2000); // the agent reads on
      wrong = wrong(client, from, to);
    }
    if (!wrong.isEmpty()) {
      throw new AssertionError(
          "seed %d, %s: %d files are wrong: %s"
              .formatted(seed, events, wrong.size(), String.join("; ", wrong)));
    }
    return "%,d lines of %d files, each found once; %s"
        .formatted(files.stream().mapToLong(file -> file.lines).sum(), FILES, events);
  }

  /** Returns what is wrong, file by file; nothing is if all lines are there once. */
  private List<String> wrong(SkaldClient client, long from, long to) {
    List<String> wrong = new ArrayList<>();
    for (Log file : files) {
      BitSet found = new BitSet(file.lines);
      List<String> strange = new ArrayList<>();
      String selector = "{job=\"soak\",filename=\"%s\"}".formatted(file.path);
      for (SkaldClient.Entry entry : client.entries(selector, from, to)) {
        int number = number(file, entry.line());
        if (number < 0 || found.get(number)) {
          strange.add((number < 0 ? "unknown: " : "twice: ") + entry);
        } else {
          found.set(number);
        }
      }
      int missing = file.lines - found.cardinality();
      if (missing > 0 || !strange.isEmpty()) {
        wrong.add(
            "f%d (%s) lacks %d of %d, the first %d; strange %d %s"
                .formatted(
                    file.number,
                    file.rotation,
                    missing,
                    file.lines,
                    found.nextClearBit(0),
                    strange.size(),
                    strange.stream().limit(2).toList()));
      }
    }
    return wrong;
  }

  /** Returns which line it is, byte for byte; -1 if none. */
  private int number(Log file, String text) {
    String head = "f" + file.number + " n";
    int space = text.indexOf(' ', head.length());
    if (!text.startsWith(head) || space < 0) {
      return -1;
    }
    try {
      int number = Integer.parseInt(text.substring(head.length(), space));
      boolean same =
          number >= 0
              && number < file.lines
              && Arrays.equals(line(file.number, number).getBytes(UTF_8), text.getBytes(UTF_8));
      return same ? number : -1;
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    AgentSoak soak = new AgentSoak(Path.of(arguments[2]), Long.parseLong(arguments[1]));
    System.out.println(soak.run(Duration.ofSeconds(Long.parseLong(arguments[0]))));
  }
}
