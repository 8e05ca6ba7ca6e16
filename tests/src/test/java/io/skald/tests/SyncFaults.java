package io.skald.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes syncs of a running process fail with EIO until closed, by strace. The kernel does not see
 * them: a sync that fails does nothing, as one of a broken disk may.
 */
final class SyncFaults implements AutoCloseable {
  private static final String CALLS = "fsync,fdatasync";
  private static final String EIO = "inject=" + CALLS + ":error=EIO";
  private static final String INJECTED = "(INJECTED)";
  private static final String ATTACHED = " attached";
  private static final long SECONDS = 60;
  private static final long POLL_MILLIS = 20;

  private final Process strace;
  private final Path trace;

  private SyncFaults(Process strace, Path trace) {
    this.strace = strace;
    this.trace = trace;
  }

  /**
   * Returns why syncs cannot be made to fail here, or "" if they can.
   *
   * @param directory an empty one
   */
  static String obstacle(Path directory) throws IOException, InterruptedException {
    Process victim = new ProcessBuilder("sleep", "600").start();
    try (SyncFaults _ = attach(victim.pid(), directory, List.of())) {
      return "";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    } finally {
      victim.destroyForcibly().waitFor();
    }
  }

  /**
   * Begins.
   *
   * @param directory gets the trace
   * @param files whose syncs fail; they need not be there yet; all files if empty
   * @throws IOException if there is no strace or it may not trace the process
   */
  static SyncFaults attach(long pid, Path directory, List<Path> files)
      throws IOException, InterruptedException {
    Path trace = directory.resolve("strace-" + System.nanoTime());
    List<String> command = command(trace);
    command.addAll(List.of("-p", Long.toString(pid)));
    files.forEach(file -> command.addAll(List.of("-P", file.toString())));
    Path said = directory.resolve(trace.getFileName() + ".said");
    Process strace =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    while (!strace.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      if (Files.readString(said).contains(ATTACHED)) {
        return new SyncFaults(strace, trace);
      }
    }
    throw new IOException("strace: " + Files.readString(said));
  }

  /** Returns a command in front of another one, none of whose syncs succeeds. */
  static List<String> command(Path trace) {
    return new ArrayList<>(
        List.of("strace", "-f", "-y", "-o", trace.toString(), "-e", "trace=" + CALLS, "-e", EIO));
  }

  /**
   * Returns the paths that a series of files will have.
   *
   * @param names with one place for a number
   */
  static List<Path> numbered(Path folder, String... names) {
    return Stream.of(names)
        .flatMap(name -> IntStream.range(0, 100).mapToObj(name::formatted))
        .map(folder::resolve)
        .toList();
  }

  /** Returns how many syncs of files with {@code part} in their path have failed. */
  static long failed(Path trace, String part) throws IOException {
    if (!Files.exists(trace)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(trace)) {
      return lines.filter(line -> line.contains(part) && line.contains(INJECTED)).count();
    }
  }

  /** As the other one, for this trace. */
  long failed(String part) throws IOException {
    return failed(trace, part);
  }

  /** Lets syncs succeed again. */
  @Override
  public void close() {
    strace.destroy();
    try {
      if (!strace.waitFor(SECONDS, TimeUnit.SECONDS)) {
        strace.destroyForcibly().waitFor();
        throw new AssertionError("strace did not end within " + SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
