package io.skald.tests;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The main job on real logs: {@code skald up} tails files, ships, stores and answers; every file
 * must come back with as many entries as it has lines and every line byte for byte. Checked from
 * memory, after {@code kill -9} in the middle of shipping, after a flush and a restart, and with
 * files that are rotated while they are written.
 *
 * <p>Run by {@code RealInputTest} on a few lines of its own and by {@code .ci/run} on a folder of
 * real logs: {@code java ... io.skald.tests.RealInputCheck FOLDER}.
 */
final class RealInputCheck {
  private static final long SETTLE_SECONDS = 60;

  private final Path work;
  private final Map<String, byte[]> inputs;
  private final PrintStream out;
  private final long startNanos;
  private boolean ordered = true;

  RealInputCheck(Path work, Map<String, byte[]> inputs, PrintStream out) {
    this.work = work;
    this.inputs = inputs;
    this.out = out;
    this.startNanos = (System.currentTimeMillis() - 60_000) * 1_000_000L;
  }

  /** Args: the folder of logs, and perhaps a folder to work in. */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Path work = args.length > 1 ? Path.of(args[1]) : Files.createTempDirectory("skald-real-input");
    new RealInputCheck(work, readFolder(folder), System.out).run();
  }

  static Map<String, byte[]> readFolder(Path folder) throws IOException {
    Map<String, byte[]> inputs = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        inputs.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return inputs;
  }

  void run() throws Exception {
    fromMemoryThenFlushedAndRestarted();
    killedWhileShipping();
    rotatedWhileWritten();
    out.println("real input: all checks passed");
  }

  /** Checks (a) from memory and (c) after a flush and a restart. */
  private void fromMemoryThenFlushedAndRestarted() throws Exception {
    Path home = Files.createDirectories(work.resolve("plain"));
    Path logs = Files.createDirectories(home.resolve("logs"));
    for (Map.Entry<String, byte[]> input : inputs.entrySet()) {
      Files.write(logs.resolve(input.getKey()), input.getValue());
    }
    int port = SkaldProcess.freePort();
    try (SkaldProcess skald = up(home, logs, port)) {
      checkFiles("from memory", skald, logs, inputs);
      int status =
          new SkaldClient(skald.address()).post("/flush", "text/plain", new byte[0]).status();
      expect(status == 204, "POST /flush answered " + status);
      checkFiles("after flush", skald, logs, inputs);
      int exit = skald.stop();
      expect(exit == 0, "skald ended with " + exit + ":\n" + skald.output());
    }
    try (SkaldProcess skald = up(home, logs, port)) {
      checkFiles("after flush and restart", skald, logs, inputs);
    }
  }

  /** Check (b): the process is killed while the files still grow. */
  private void killedWhileShipping() throws Exception {
    Path home = Files.createDirectories(work.resolve("killed"));
    Path logs = Files.createDirectories(home.resolve("logs"));
    int port = SkaldProcess.freePort();
    List<Writer> writers = new ArrayList<>();
    try {
      try (SkaldProcess skald = up(home, logs, port)) {
        for (Map.Entry<String, byte[]> input : inputs.entrySet()) {
          writers.add(Writer.start(logs.resolve(input.getKey()), input.getValue(), 4000));
        }
        awaitSome(skald, logs, writers);
        skald.kill();
      }
      boolean midway = writers.stream().anyMatch(writer -> !writer.isDone());
      expect(midway, "the kill came after the last line was written: nothing was tested");
      for (Writer writer : writers) {
        writer.finish();
      }
      try (SkaldProcess skald = up(home, logs, port)) {
        checkFiles("after kill -9 and restart", skald, logs, inputs);
        skald.kill();
      }
      try (SkaldProcess skald = up(home, logs, port)) {
        checkFiles("after a second kill -9", skald, logs, inputs);
      }
    } finally {
      for (Writer writer : writers) {
        writer.finish();
      }
    }
  }

  /** One file is rotated by rename and one by copytruncate, each while it is written. */
  private void rotatedWhileWritten() throws Exception {
    Path home = Files.createDirectories(work.resolve("rotated"));
    Path logs = Files.createDirectories(home.resolve("logs"));
    List<Map.Entry<String, byte[]>> all = List.copyOf(inputs.entrySet());
    byte[] renamed = all.getFirst().getValue();
    byte[] truncated = all.getLast().getValue();
    Path renameLog = logs.resolve("renamed.log");
    Path truncateLog = logs.resolve("truncated.log");
    Map<String, byte[]> expected = new LinkedHashMap<>();
    expected.put("renamed.log", renamed);
    expected.put("truncated.log", truncated);
    try (SkaldProcess skald = up(home, logs, SkaldProcess.freePort())) {
      SkaldClient client = new SkaldClient(skald.address());
      int rounds = 4;
      for (int round = 0; round < rounds; round++) {
        byte[] part = slice(renamed, round, rounds);
        int half = lineStart(part, part.length / 2);
        append(renameLog, Arrays.copyOf(part, half));
        append(truncateLog, slice(truncated, round, rounds));
        // The file must be known before it can be followed through a rotation; what was written
        // last need not have been read yet when it is renamed.
        awaitLines(client, renameLog, lines(slices(renamed, round, rounds)).size() + 1);
        // Truncation destroys what nobody has read, so the one who rotates that way has to wait.
        awaitLines(client, truncateLog, lines(slices(truncated, round + 1, rounds)).size());
        if (round < rounds - 1) {
          append(renameLog, Arrays.copyOfRange(part, half, part.length));
          Files.move(renameLog, logs.resolve("renamed.log." + (rounds - round)));
          Path copy = logs.resolve("truncated.log." + (rounds - round));
          Files.copy(truncateLog, copy, StandardCopyOption.REPLACE_EXISTING);
          Files.write(truncateLog, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        } else {
          append(renameLog, Arrays.copyOfRange(part, half, part.length));
        }
      }
      // The rest of a renamed file is read beside its successor: which comes first is not promised.
      ordered = false;
      checkFiles("rotated while written", skald, logs, expected);
    }
  }

  /** Returns the first {@code count} slices. */
  private static byte[] slices(byte[] bytes, int count, int of) {
    return count == of
        ? bytes
        : Arrays.copyOf(bytes, lineStart(bytes, (int) ((long) bytes.length * count / of)));
  }

  /** Cuts at line ends only: a writer rotates between lines. */
  private static byte[] slice(byte[] bytes, int index, int count) {
    int from = lineStart(bytes, (int) ((long) bytes.length * index / count));
    int to =
        index == count - 1
            ? bytes.length
            : lineStart(bytes, (int) ((long) bytes.length * (index + 1) / count));
    return Arrays.copyOfRange(bytes, from, to);
  }

  private static int lineStart(byte[] bytes, int from) {
    int at = from;
    while (at > 0 && at < bytes.length && bytes[at - 1] != '\n') {
      at++;
    }
    return at;
  }

  private static void append(Path file, byte[] bytes) throws IOException {
    // In several writes, so that the reader sees lines that are not complete yet.
    try (OutputStream stream =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (int at = 0; at < bytes.length; at += 1000) {
        stream.write(bytes, at, Math.min(1000, bytes.length - at));
      }
    }
  }

  private SkaldProcess up(Path home, Path logs, int port) {
    return SkaldProcess.start(
        home, port, List.of("up", "--listen", "127.0.0.1:" + port, "--tail", logs + "/*.log"));
  }

  private void awaitSome(SkaldProcess skald, Path logs, List<Writer> writers) throws Exception {
    SkaldClient client = new SkaldClient(skald.address());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
    String any = inputs.keySet().iterator().next();
    while (System.nanoTime() < deadline) {
      if (!read(client, logs.resolve(any)).isEmpty()
          && writers.stream().allMatch(writer -> writer.written() > 0)) {
        return;
      }
      Thread.sleep(20);
    }
    throw new AssertionError("no line of " + any + " arrived:\n" + skald.output());
  }

  private void checkFiles(String when, SkaldProcess skald, Path logs, Map<String, byte[]> expected)
      throws Exception {
    SkaldClient client = new SkaldClient(skald.address());
    long total = 0;
    for (Map.Entry<String, byte[]> file : expected.entrySet()) {
      List<String> lines = lines(file.getValue());
      List<String> got = awaitLines(client, logs.resolve(file.getKey()), lines.size());
      if (!ordered) {
        lines = lines.stream().sorted().toList();
        got = got.stream().sorted().toList();
      }
      compare(when, file.getKey(), lines, got, skald);
      total += lines.size();
    }
    out.printf("real input, %s: %d files, %d lines, equal%n", when, expected.size(), total);
  }

  private List<String> awaitLines(SkaldClient client, Path file, int count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
    List<String> got = read(client, file);
    while (got.size() < count && System.nanoTime() < deadline) {
      Thread.sleep(100);
      got = read(client, file);
    }
    return got;
  }

  private List<String> read(SkaldClient client, Path file) {
    long now = (System.currentTimeMillis() + 3_600_000) * 1_000_000L;
    return client.entries("{filename=\"" + file.toAbsolutePath() + "\"}", startNanos, now).stream()
        .map(SkaldClient.Entry::line)
        .toList();
  }

  private static void compare(
      String when, String file, List<String> expected, List<String> got, SkaldProcess skald) {
    int common = Math.min(expected.size(), got.size());
    for (int i = 0; i < common; i++) {
      if (!expected.get(i).equals(got.get(i))) {
        throw new AssertionError(
            String.format(
                "%s, %s: line %d of %d (%d entries) is%n  %s%nnot%n  %s%n%s",
                when,
                file,
                i + 1,
                expected.size(),
                got.size(),
                got.get(i),
                expected.get(i),
                skald.output()));
      }
    }
    expect(
        expected.size() == got.size(),
        when
            + ", "
            + file
            + ": "
            + got.size()
            + " entries for "
            + expected.size()
            + " lines\n"
            + skald.output());
  }

  /** Splits at {@code \n} only; what is behind the last one is a line too. */
  private static List<String> lines(byte[] bytes) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        lines.add(new String(bytes, start, i - start, StandardCharsets.UTF_8));
        start = i + 1;
      }
    }
    if (start < bytes.length) {
      lines.add(new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8));
    }
    return lines;
  }

  private static void expect(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }

  /** Writes a file over some time, as a program that logs. */
  private static final class Writer {
    private static final int PIECES = 200;

    private final Thread thread;
    private volatile int written;
    private volatile boolean hurry;

    private Writer(Path file, byte[] bytes, long millis) {
      this.thread =
          new Thread(
              () -> {
                try (OutputStream stream =
                    Files.newOutputStream(
                        file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                  for (int piece = 0; piece < PIECES; piece++) {
                    int from = (int) ((long) bytes.length * piece / PIECES);
                    int to = (int) ((long) bytes.length * (piece + 1) / PIECES);
                    stream.write(bytes, from, to - from);
                    written = to;
                    if (!hurry) {
                      Thread.sleep(millis / PIECES);
                    }
                  }
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              },
              "writer of " + file.getFileName());
    }

    static Writer start(Path file, byte[] bytes, long millis) {
      Writer writer = new Writer(file, bytes, millis);
      writer.thread.start();
      return writer;
    }

    int written() {
      return written;
    }

    boolean isDone() {
      return !thread.isAlive();
    }

    /** Writes the rest at once. */
    void finish() throws InterruptedException {
      hurry = true;
      thread.join();
    }
  }
}
