package io.skald.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A real Skald process on loopback, started by the launcher as a user would. */
final class SkaldProcess implements AutoCloseable {
  private static final long READY_SECONDS = 300;
  private static final int FIRST_PORT = 20_000;
  private static final int PORTS = 12_000;

  /** Other runs of tests on this machine begin elsewhere. */
  private static final AtomicInteger NEXT_PORT = new AtomicInteger(new Random().nextInt(PORTS));

  private final Process process;
  private final String address;
  private final String readyPath;
  private final Path log;

  private SkaldProcess(Process process, String address, String readyPath, Path log) {
    this.process = process;
    this.address = address;
    this.readyPath = readyPath;
    this.log = log;
  }

  static Path root() {
    return Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  }

  /**
   * Returns a port that was free a moment ago, another one every time. It is none that the system
   * gives to connections by itself, or one would take it before a server does.
   */
  static int freePort() {
    while (true) {
      int port = FIRST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException _) {
        // It is taken; the next one may be free.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Starts a server that keeps its data below {@code directory} and needs no tenant.
   *
   * @param settings further lines of its configuration
   */
  static SkaldProcess serve(Path directory, int port, String settings) {
    return serve(directory, port, settings, false);
  }

  /** As the other one, with tenants or without. */
  static SkaldProcess serve(Path directory, int port, String settings, boolean tenants) {
    return serve(directory, port, settings, tenants, "");
  }

  /**
   * As the other ones.
   *
   * @param listener further keys of the server section, in flow style
   */
  static SkaldProcess serve(
      Path directory, int port, String settings, boolean tenants, String listener) {
    return serve(directory, port, settings, tenants, listener, Map.of());
  }

  /** As the other one, with variables added to its environment. */
  static SkaldProcess serve(
      Path directory,
      int port,
      String settings,
      boolean tenants,
      String listener,
      Map<String, String> environment) {
    Path config = directory.resolve("skald.yaml");
    try {
      Files.writeString(
          config,
          """
          auth_enabled: %s
          server: {http_listen_address: 127.0.0.1, http_listen_port: %d, %s}
          common: {path_prefix: ./data}
          """
                  .formatted(tenants, port, listener)
              + settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return start(directory, port, List.of("server", "-config.file=" + config), environment);
  }

  /** Starts {@code skald arguments...} in {@code directory} and waits until it is ready. */
  static SkaldProcess start(Path directory, int port, List<String> arguments) {
    return start(directory, port, arguments, Map.of());
  }

  private static SkaldProcess start(
      Path directory, int port, List<String> arguments, Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    command.add(root().resolve("skald").toString());
    command.addAll(arguments);
    return run(directory, port, command, environment);
  }

  /** Runs {@code command}, which becomes a server, as the other ones do. */
  static SkaldProcess run(
      Path directory, int port, List<String> command, Map<String, String> environment) {
    SkaldProcess skald = launch(directory, port, command, environment);
    skald.awaitReady();
    return skald;
  }

  /** As the other one, but does not wait. */
  static SkaldProcess launch(
      Path directory, int port, List<String> command, Map<String, String> environment) {
    return launch(directory, "http://127.0.0.1:" + port, "/ready", command, environment);
  }

  /** As the other one, for any server that says over HTTP that it is ready. */
  static SkaldProcess launch(
      Path directory,
      String address,
      String readyPath,
      List<String> command,
      Map<String, String> environment) {
    try {
      Files.createDirectories(directory);
      Path log = directory.resolve("skald.log");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      return new SkaldProcess(builder.start(), address, readyPath, log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the server takes requests. */
  void awaitReady() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw new AssertionError("skald ended while starting:\n" + output());
      }
      if (isReady()) {
        return;
      }
      try {
        process.waitFor(50, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    kill();
    throw new AssertionError("skald was not ready in time:\n" + output());
  }

  private boolean isReady() {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(address + readyPath).toURL().openConnection();
      connection.setConnectTimeout(1000);
      connection.setReadTimeout(2000);
      int status = connection.getResponseCode();
      connection.disconnect();
      return status == 200;
    } catch (IOException e) {
      return false;
    }
  }

  String address() {
    return address;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Returns what the process has printed. */
  String output() {
    try {
      return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      return "(" + e.getMessage() + ")";
    }
  }

  /**
   * Sends a signal.
   *
   * @param name without SIG
   */
  void signal(String name) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
      await(kill, 10);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends SIGKILL and waits for the end. */
  void kill() {
    process.destroyForcibly();
    await(process, 30);
  }

  /**
   * Sends SIGTERM and waits for a clean end.
   *
   * @return the exit code
   */
  int stop() {
    process.destroy();
    await(process, 60);
    return process.exitValue();
  }

  private static void await(Process process, long seconds) {
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError("skald did not end within " + seconds + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }
}
