package io.skald.agent;

import io.skald.agent.position.DeliveryJournal;
import io.skald.agent.position.FileStat;
import io.skald.agent.position.PositionsFile;
import io.skald.agent.push.PushTransport;
import io.skald.agent.push.SendListener;
import io.skald.agent.tail.DirectoryWatch;
import io.skald.agent.tail.TailConfig;
import io.skald.common.client.ClientAccess;
import io.skald.common.config.ConfigNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One lane over a directory, driven step by step, that can be killed and started again. */
final class LaneHarness implements AutoCloseable {
  final ManualClock clock = new ManualClock();
  final ReceivedEntries server = new ReceivedEntries();
  private final Path logs;
  private final Path positions;
  private final AgentConfig config;
  private final PushTransport transport;
  private final RandomGenerator random;
  Lane lane;
  private DeliveryJournal journal;

  LaneHarness(Path directory, String glob, TailConfig tail, int batchSize, RandomGenerator random)
      throws IOException {
    this(directory, glob, tail, batchSize, random, null);
  }

  /**
   * @param transport null for one that stores in {@link #server} and fails as it is told
   */
  LaneHarness(
      Path directory,
      String glob,
      TailConfig tail,
      int batchSize,
      RandomGenerator random,
      @Nullable PushTransport transport)
      throws IOException {
    this(directory, glob, tail, batchSize, random, transport, List.of());
  }

  /**
   * @param stages what lines go through
   */
  LaneHarness(
      Path directory,
      String glob,
      TailConfig tail,
      int batchSize,
      RandomGenerator random,
      @Nullable PushTransport transport,
      List<ConfigNode> stages)
      throws IOException {
    this(
        directory,
        tail,
        batchSize,
        random,
        transport,
        AgentConfig.ScrapeConfig.defaults()
            .withName("job")
            .withStages(stages)
            .withStaticConfig(
                new AgentConfig.StaticConfig(
                    List.of(),
                    Map.of("job", "t", "__path__", logs(directory).resolve(glob).toString()))));
  }

  /** A lane that follows what {@code job} says. */
  LaneHarness(
      Path directory,
      TailConfig tail,
      int batchSize,
      RandomGenerator random,
      AgentConfig.ScrapeConfig job)
      throws IOException {
    this(directory, tail, batchSize, random, null, job);
  }

  private LaneHarness(
      Path directory,
      TailConfig tail,
      int batchSize,
      RandomGenerator random,
      @Nullable PushTransport transport,
      AgentConfig.ScrapeConfig job)
      throws IOException {
    this.logs = logs(directory);
    this.positions = Files.createDirectories(directory.resolve("state")).resolve("positions.yaml");
    this.random = random;
    this.transport = transport == null ? new FaultyTransport(server, random) : transport;
    AgentConfig.Client defaults = AgentConfig.Client.defaults();
    this.config =
        AgentConfig.defaults()
            .withScrapeConfigs(List.of(job))
            .withTailConfig(tail)
            .withClient(
                new AgentConfig.Client(
                    "http://localhost/push",
                    "",
                    defaults.batchwait(),
                    batchSize,
                    "",
                    Map.of(),
                    defaults.backoffConfig(),
                    defaults.timeout(),
                    ClientAccess.NONE));
    this.journal = DeliveryJournal.open(journalFile());
    this.lane = open();
  }

  private static Path logs(Path directory) throws IOException {
    return Files.createDirectories(directory.resolve("logs")).toRealPath();
  }

  static TailConfig patient() {
    return TailConfig.defaults().withPartialLineTimeout(Duration.ofMinutes(30));
  }

  FaultyTransport faults() {
    return (FaultyTransport) transport;
  }

  Path log(String name) {
    return logs.resolve(name);
  }

  Path positions() {
    return positions;
  }

  Path journalFile() {
    return positions.resolveSibling("positions.yaml.default.journal");
  }

  /** Lets go of everything without a last word, as kill -9 does. */
  void kill() throws IOException {
    lane.close();
  }

  void stop() throws IOException {
    lane.finish();
    lane.close();
  }

  void restart() throws IOException {
    journal = DeliveryJournal.open(journalFile());
    lane = open();
  }

  /** Reads and sends for this long, in steps of 100 ms. */
  void run(Duration duration) {
    for (long left = duration.toMillis(); left > 0; left -= 100) {
      clock.advance(Duration.ofMillis(100));
      step();
    }
  }

  void step() {
    lane.read();
    for (int i = 0; i < 100 && lane.send() == 0; i++) {
      // until nothing is to be sent at this time
    }
  }

  @Override
  public void close() throws IOException {
    lane.close();
  }

  /** Tells whether the journal would find the present content of this file again. */
  boolean isKnown(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    FileStat stat = FileStat.of(file);
    return journal.readPositions().values().stream()
        .anyMatch(p ->
            stat != null
                && stat.isFile(p.id())
                && p.head().length() > 0
                && p.head().matches(content, content.length));
  }

  private Lane open() throws IOException {
    return new Lane(
        "default",
        config,
        config.clients().getFirst(),
        "host",
        journal,
        PositionsFile.load(positions, false, clock.nowNanos()),
        transport,
        SendListener.NONE,
        clock,
        DirectoryWatch.none(),
        random,
        AgentOptions.NONE,
        Inputs.none());
  }
}
