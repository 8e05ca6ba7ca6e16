package io.skald.agent;

import io.skald.agent.pipeline.StageMetrics;
import io.skald.agent.position.DeliveryJournal;
import io.skald.agent.position.PositionsFile;
import io.skald.agent.push.HttpPushTransport;
import io.skald.agent.push.PushTransport;
import io.skald.agent.push.SendListener;
import io.skald.agent.tail.DirectoryWatch;
import io.skald.common.net.HostName;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Follows log files and ships their lines. Start and close it once each; {@link #status} may be
 * called by any thread at any time.
 */
public final class Agent implements AutoCloseable {
  /** How long {@link #close} waits for the server. */
  public static final Duration GRACEFUL_TIMEOUT = Duration.ofSeconds(20);

  private final AgentConfig config;
  private final Clock clock;
  private final Function<AgentConfig.Client, PushTransport> transports;
  private final SendListener listener;
  private final RandomGenerator random;
  private final AgentOptions options;
  private final String hostname = HostName.current();
  private final List<Lane> lanes = new CopyOnWriteArrayList<>();
  private volatile Inputs inputs = Inputs.none(); // counts are asked for by other threads
  private @Nullable FileChannel lockFile;

  /** Stands in for the directory of the positions while none are kept. */
  private @Nullable Path temporary;

  private boolean closed;

  /** An agent whose {@code metrics} stages measure nothing. */
  public Agent(
      AgentConfig config,
      Clock clock,
      Function<AgentConfig.Client, PushTransport> transports,
      SendListener listener,
      RandomGenerator random) {
    this(config, clock, transports, listener, random, AgentOptions.NONE);
  }

  /**
   * @param transports makes the way to a client's server; {@link #http} is the usual one
   * @param random spreads the pauses between attempts; used by several threads
   * @throws IllegalArgumentException if the configuration is incomplete or wrong, naming the key
   */
  public Agent(
      AgentConfig config,
      Clock clock,
      Function<AgentConfig.Client, PushTransport> transports,
      SendListener listener,
      RandomGenerator random,
      AgentOptions options) {
    config.validate();
    this.config = config;
    this.clock = clock;
    this.transports = transports;
    this.listener = listener;
    this.random = random;
    this.options = options;
    AgentChecks.check(config); // before anything is opened
  }

  /** Returns the maker of transports that push over HTTP. */
  public static Function<AgentConfig.Client, PushTransport> http(String userAgent, Clock clock) {
    return client ->
        new HttpPushTransport(
            URI.create(client.url()),
            client.timeout(),
            userAgent,
            client.headers(),
            client.access(),
            clock);
  }

  /**
   * Reads what the last run left and begins to follow and to send.
   *
   * @throws IOException if the positions cannot be read or written, or another agent uses them;
   *     nothing runs then
   */
  public synchronized void start() throws IOException {
    try {
      open();
      inputs.start();
    } catch (IOException | RuntimeException e) {
      closeAll(e);
      throw e;
    }
    lanes.forEach(Lane::start);
  }

  /** Waits until the input has ended and its lines are delivered, or {@link #drain} is called. */
  public void awaitInput() throws InterruptedException {
    for (Lane lane : lanes) {
      lane.awaitInput();
    }
  }

  public AgentStatus status() {
    return new AgentStatus(lanes.stream().map(Lane::status).toList(), inputs.counts());
  }

  /**
   * Stops reading, sends what was read, and keeps on disk what the servers do not take in time. The
   * last call; the next start goes on exactly here.
   *
   * @param timeout how long to wait for the servers
   */
  public synchronized void drain(Duration timeout) throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    long deadline = System.nanoTime() + timeout.toNanos();
    inputs.stopTaking();
    lanes.forEach(Lane::endReading);
    try {
      for (Lane lane : lanes) {
        lane.awaitEnd(deadline);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // what is not written now is found again by the journal
    }
    IOException failure = closeAll(null);
    if (failure != null) {
      throw failure;
    }
  }

  /** Drains within {@link #GRACEFUL_TIMEOUT}. */
  @Override
  public void close() throws IOException {
    drain(GRACEFUL_TIMEOUT);
  }

  private void open() throws IOException {
    Path positions = Path.of(config.positions().filename()).toAbsolutePath();
    if (options.keepsPositions()) {
      Path directory = positions.getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
    } else {
      positions = temporaryPositions(positions);
    }
    lock(positions);
    PositionsFile positionsFile =
        PositionsFile.load(positions, config.positions().ignoreInvalidYaml(), clock.nowNanos());
    InputStream input = options.input();
    InputLines.Reader reader = input == null ? null : new InputLines.Reader(input);
    if (input == null) {
      inputs = Inputs.of(config, hostname, System.getenv(), clock);
    }
    for (AgentConfig.Client client : config.clients()) {
      String name = nameOf(config, client);
      Path file = positions.resolveSibling(positions.getFileName() + "." + name + ".journal");
      DeliveryJournal journal = DeliveryJournal.openOrReplace(file, clock.nowNanos());
      lanes.add(lane(name, client, journal, positionsFile, reader));
      if (options.dryRun() != null) {
        break; // the entries of the others would be the same, printed again
      }
    }
    if (reader != null) {
      reader.start();
    }
  }

  private Lane lane(
      String name,
      AgentConfig.Client client,
      DeliveryJournal journal,
      PositionsFile positionsFile,
      InputLines.@Nullable Reader input) {
    AgentOptions own =
        lanes.isEmpty()
            ? options
            : new AgentOptions(StageMetrics.NONE, options.input(), options.dryRun(), null);
    PushTransport transport = transports.apply(client);
    if (input == null) {
      return new Lane(
          name,
          config,
          client,
          hostname,
          journal,
          positionsFile,
          transport,
          listener,
          clock,
          DirectoryWatch.ofSystem(),
          random,
          own,
          inputs);
    }
    return new Lane(
        name,
        config,
        client,
        hostname,
        journal,
        positionsFile,
        transport,
        listener,
        clock,
        random,
        own,
        (sink, _, _) ->
            input.lines(
                InputLines.source(config, hostname, client),
                sink,
                config.tailConfig().maxLineBytes()));
  }

  /** Copies the positions, which a dry run reads, to where the copies can be written. */
  private Path temporaryPositions(Path positions) throws IOException {
    Path copies = Files.createTempDirectory("skald-agent-");
    temporary = copies;
    String name = String.valueOf(positions.getFileName());
    Path directory = positions.getParent();
    if (options.input() == null && directory != null && Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(
              directory,
              file -> {
                String other = String.valueOf(file.getFileName());
                return other.equals(name)
                    || (other.startsWith(name + ".") && other.endsWith(".journal"));
              })) {
        for (Path file : files) {
          Files.copy(file, copies.resolve(String.valueOf(file.getFileName())));
        }
      }
    }
    return copies.resolve(name);
  }

  private void deleteTemporary() throws IOException {
    Path copies = temporary;
    if (copies != null) {
      temporary = null;
      try (DirectoryStream<Path> files = Files.newDirectoryStream(copies)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(copies);
    }
  }

  /** Two agents on the same files would send everything twice. */
  private void lock(Path positions) throws IOException {
    Path path = positions.resolveSibling(positions.getFileName() + ".lock");
    lockFile = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = lockFile.tryLock();
    } catch (OverlappingFileLockException _) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException(
          "another agent uses the positions file "
              + positions
              + "; stop it, or give this one its own positions.filename");
    }
  }

  /** Returns the names of the clients and their urls. */
  public static Map<String, String> clientUrls(AgentConfig config) {
    Map<String, String> urls = new LinkedHashMap<>();
    config.clients().forEach(client -> urls.put(nameOf(config, client), client.url()));
    return urls;
  }

  /** Returns the names of the clients and the tenants they push as, "" for none. */
  public static Map<String, String> clientTenants(AgentConfig config) {
    Map<String, String> tenants = new LinkedHashMap<>();
    config.clients().forEach(client -> tenants.put(nameOf(config, client), client.tenantId()));
    return tenants;
  }

  /**
   * The name of the files beside the positions file. A single client without a name is "default",
   * so that its url can change; of several the url and the tenant tell them apart.
   */
  private static String nameOf(AgentConfig config, AgentConfig.Client client) {
    if (!client.name().isEmpty()) {
      return client.name().replaceAll("[^A-Za-z0-9_-]", "_");
    }
    if (config.clients().size() == 1) {
      return "default";
    }
    return String.format("%08x", (client.url() + " " + client.tenantId()).hashCode());
  }

  private @Nullable IOException closeAll(@Nullable Throwable cause) {
    IOException failure = null;
    List<AutoCloseable> all = new ArrayList<>(lanes);
    all.add(inputs);
    if (lockFile != null) {
      all.add(lockFile);
    }
    all.add(this::deleteTemporary);
    for (AutoCloseable one : all) {
      try {
        one.close();
      } catch (Exception e) {
        if (cause != null) {
          cause.addSuppressed(e);
        } else if (failure == null) {
          failure = e instanceof IOException io ? io : new IOException(e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    return failure;
  }
}
