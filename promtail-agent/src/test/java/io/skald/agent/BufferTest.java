package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.tail.TailConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The buffer on disk while the server takes nothing. */
class BufferTest {
  private static final int BATCH_BYTES = 1000;

  /** Snappy hardly makes digits smaller. */
  private final Random random = new Random(7);

  @TempDir Path directory;

  private LaneHarness agent(BufferConfig buffer) throws IOException {
    LaneHarness agent =
        new LaneHarness(directory, "*.log", TailConfig.defaults(), BATCH_BYTES, new Random(1));
    agent.restartWith(buffer);
    agent.faults().setFaults(1, false);
    return agent;
  }

  private static BufferConfig buffer(long bytes, Duration maxAge, BufferConfig.Overflow overflow) {
    return new BufferConfig(bytes, maxAge, overflow);
  }

  private static BufferConfig blocking(long bytes) {
    return buffer(bytes, Duration.ZERO, BufferConfig.Overflow.BLOCK);
  }

  /** Writes {@code count} lines of 100 bytes and returns them. */
  private List<String> write(Path file, int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder line = new StringBuilder();
      while (line.length() < 99) {
        line.append((char) ('0' + random.nextInt(10)));
      }
      lines.add(line.toString());
    }
    Files.write(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return lines;
  }

  private static void assertArrived(LaneHarness agent, Path file, List<String> lines) {
    assertThat(agent.server.linesOf(file.toString())).containsExactlyElementsOf(lines);
  }

  /** A reader that has no room must not look for it all the time. */
  @Test
  void outage_bufferIsFull_readerRests() throws IOException {
    try (LaneHarness agent = agent(blocking(0))) {
      List<String> lines = write(agent.log("a.log"), 10_000);
      agent.run(Duration.ofSeconds(5));
      assertThat(agent.lane.status().lagBytes()).isPositive();

      for (int i = 0; i < 3; i++) {
        assertThat(agent.lane.read()).isBetween(10_000_000L, 250_000_000L);
      }
      agent.faults().setFaults(0, false);
      agent.run(Duration.ofMinutes(6));
      assertArrived(agent, agent.log("a.log"), lines);
    }
  }

  @Test
  void serverAway_linesWaitOnDiskThroughACrashAndTheLossOfTheirFile() throws IOException {
    try (LaneHarness agent = agent(blocking(10 << 20))) {
      Path file = agent.log("a.log");
      List<String> lines = write(file, 2000);
      agent.run(Duration.ofSeconds(20));

      AgentStatus.ClientStatus away = agent.lane.status();
      assertThat(away.lagBytes()).isZero();
      assertThat(away.buffered().batches()).isGreaterThan(150);
      assertThat(away.buffered().bytes()).isGreaterThan(80_000).isLessThan(350_000);
      assertThat(away.buffered().oldestSeconds()).isGreaterThan(15);

      agent.kill();
      Files.delete(file);
      agent.restart();
      agent.faults().setFaults(0, false);
      agent.run(Duration.ofMinutes(10));

      assertArrived(agent, file, lines);
      assertThat(agent.lane.status().buffered().batches()).isZero();
      assertThat(Files.size(agent.journalFile())).isLessThan(9 << 20);
    }
  }

  @Test
  void full_blocking_stopsReadingAndLosesNothing() throws IOException {
    try (LaneHarness agent = agent(blocking(20_000))) {
      Path file = agent.log("a.log");
      List<String> lines = write(file, 10_000);
      agent.run(Duration.ofMinutes(2));

      AgentStatus.ClientStatus away = agent.lane.status();
      assertThat(away.buffered().bytes()).isBetween(20_000L, 23_000L);
      assertThat(away.lagBytes()).isGreaterThan(500_000);
      assertThat(away.entriesDropped()).isZero();

      agent.faults().setFaults(0, false);
      agent.run(Duration.ofMinutes(10));
      assertArrived(agent, file, lines);
    }
  }

  @Test
  void full_droppingOldest_keepsTheNewestAndCountsTheRest() throws IOException {
    try (LaneHarness agent =
        agent(buffer(20_000, Duration.ZERO, BufferConfig.Overflow.DROP_OLDEST))) {
      Path file = agent.log("a.log");
      List<String> lines = write(file, 10_000);
      agent.run(Duration.ofMinutes(2));

      AgentStatus.ClientStatus away = agent.lane.status();
      assertThat(away.lagBytes()).isZero();
      assertThat(away.buffered().bytes()).isLessThan(23_000);
      long dropped = away.entriesDropped();
      assertThat(dropped).isBetween(9_000L, 9_900L);

      agent.kill();
      agent.restart();
      agent.faults().setFaults(0, false);
      agent.run(Duration.ofMinutes(10));
      List<String> arrived = agent.server.linesOf(file.toString());
      assertThat(arrived)
          .hasSizeGreaterThanOrEqualTo(10_000 - (int) dropped)
          .endsWith(lines.subList(9_900, 10_000).toArray(String[]::new));
    }
  }

  @Test
  void maxAge_batchesThatWaitedTooLong_areDropped() throws IOException {
    try (LaneHarness agent =
        agent(buffer(10 << 20, Duration.ofMinutes(30), BufferConfig.Overflow.BLOCK))) {
      Path file = agent.log("a.log");
      write(file, 500);
      agent.run(Duration.ofMinutes(25));
      assertThat(agent.lane.status().entriesDropped()).isZero();
      List<String> late = write(file, 20);
      agent.run(Duration.ofMinutes(20));

      assertThat(agent.lane.status().entriesDropped()).isEqualTo(500);
      agent.faults().setFaults(0, false);
      agent.run(Duration.ofMinutes(10));
      assertThat(agent.server.linesOf(file.toString())).endsWith(late.toArray(String[]::new));
      assertThat(agent.lane.status().entriesDropped()).isEqualTo(500);
    }
  }

  @Test
  void damagedBatch_isCountedAndTheOthersArrive() throws IOException {
    try (LaneHarness agent = agent(blocking(10 << 20))) {
      Path file = agent.log("a.log");
      write(file, 1000);
      agent.run(Duration.ofSeconds(20));

      byte[] journal = Files.readAllBytes(agent.journalFile());
      journal[journal.length / 2] ^= 1;
      Files.write(agent.journalFile(), journal);
      agent.faults().setFaults(0, false);
      agent.run(Duration.ofMinutes(10));

      long lost = agent.lane.status().entriesDropped();
      assertThat(lost).isBetween(1L, 10L);
      assertThat(agent.server.linesOf(file.toString()).size())
          .isGreaterThanOrEqualTo(1000 - (int) lost);
      assertThat(agent.lane.status().buffered().batches()).isZero();
    }
  }
}
