package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import io.skald.agent.tail.TailConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were rotated and compressed while the agent did not run. */
class CompressedGenerationsTest {
  @TempDir private Path directory;
  private final List<String> written = new ArrayList<>();
  private Instant writing = Instant.parse("2100-01-01T00:00:00Z");

  @ParameterizedTest
  @ValueSource(strings = {"gz", "bz2", "zst"})
  void restart_rotatedAndCompressedTwice_bringsEveryLineOnceInOrder(String suffix)
      throws IOException {
    try (LaneHarness agent = agent(1 << 20)) {
      Path log = agent.log("app.log");
      write(log, 20_000);
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      write(log, 10_000);
      compress(log, agent.log("app.log.2." + suffix));
      write(log, 5_000);
      compress(log, agent.log("app.log.1." + suffix));
      write(log, 100);
      agent.restart();
      agent.run(Duration.ofSeconds(5));

      assertThat(agent.server.linesOf(log.toString())).isEqualTo(written);
    }
  }

  @Test
  void restart_olderOnesAndPlainOnesBeside_readsOnlyWhatIsMissing() throws IOException {
    try (LaneHarness agent = agent(1 << 20)) {
      Path log = agent.log("app.log");
      for (int i = 9; i > 4; i--) {
        write(agent.log("old"), 50);
        compress(agent.log("old"), agent.log("app.log." + i + ".gz"));
      }
      written.clear();
      write(log, 100);
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      write(log, 100);
      compress(log, agent.log("app.log.3.gz"));
      write(log, 100);
      compress(log, agent.log("app.log.2.gz"));
      write(log, 100);
      Files.move(log, agent.log("app.log.1"));
      write(log, 100);
      agent.restart();
      agent.run(Duration.ofSeconds(5));

      assertThat(agent.server.linesOf(log.toString()))
          .containsExactlyInAnyOrderElementsOf(written)
          .startsWith(written.subList(0, 300).toArray(String[]::new));
    }
  }

  @Test
  void restart_copiedAndTruncatedThenCompressed_readsTheRestOfTheCopy() throws IOException {
    try (LaneHarness agent = agent(1 << 20)) {
      Path log = agent.log("app.log");
      write(log, 100);
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      for (int i = 2; i > 0; i--) {
        write(log, 100);
        Files.copy(log, agent.log("copy"));
        compress(agent.log("copy"), agent.log("app.log." + i + ".gz"));
        FileChannel.open(log, StandardOpenOption.WRITE).truncate(0).close();
      }
      write(log, 10);
      agent.restart();
      agent.run(Duration.ofSeconds(5));

      assertThat(agent.server.linesOf(log.toString())).isEqualTo(written);
    }
  }

  @Test
  void restart_killedAgainAtEveryStep_bringsEveryLineOnce() throws IOException {
    try (LaneHarness agent = agent(2_000)) {
      Path log = agent.log("app.log");
      write(log, 100);
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      write(log, 3_000);
      compress(log, agent.log("app.log.2.gz"));
      write(log, 3_000);
      compress(log, agent.log("app.log.1.gz"));
      write(log, 100);
      for (int kills = 0; kills < 40; kills++) {
        agent.restart();
        for (int steps = 0; steps <= kills % 7; steps++) {
          agent.clock.advance(Duration.ofMillis(100));
          agent.lane.read();
          agent.lane.send();
        }
        agent.kill();
      }
      agent.restart();
      agent.run(Duration.ofSeconds(30));

      assertThat(agent.server.linesOf(log.toString())).isEqualTo(written);
    }
  }

  @Test
  void restart_compressedAgainUnderNewName_isFoundByItsIdentity() throws IOException {
    try (LaneHarness agent = agent(2_000)) {
      Path log = agent.log("app.log");
      write(log, 100);
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      write(log, 5_000);
      compress(log, agent.log("app.log.1.gz"));
      write(log, 100);
      agent.restart();
      agent.step(); // has begun
      agent.kill();
      Files.move(agent.log("app.log.1.gz"), agent.log("app.log.2.gz"));
      write(log, 100);
      compress(log, agent.log("app.log.1.gz"));
      write(log, 100);
      agent.restart();
      agent.run(Duration.ofSeconds(30));

      assertThat(agent.server.linesOf(log.toString())).isEqualTo(written);
    }
  }

  @Test
  void restart_namesWithDatesAndLaterTimesOfWriting_goesByTheNames() throws IOException {
    try (LaneHarness agent = agent(1 << 20)) {
      Path log = agent.log("0.log");
      write(log, 100);
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      write(log, 100);
      compress(log, agent.log("0.log.20260101-000000.gz"));
      write(log, 100);
      compress(log, agent.log("0.log.20260102-000000.gz"));
      Files.setLastModifiedTime(
          agent.log("0.log.20260101-000000.gz"), FileTime.from(writing.plusSeconds(60)));
      write(log, 100);
      agent.restart();
      agent.run(Duration.ofSeconds(5));

      assertThat(agent.server.linesOf(log.toString())).isEqualTo(written);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 400, 30_000})
  void restart_damagedGeneration_sendsWhatCanBeHadAndGoesOn(int keptBytes) throws IOException {
    try (LaneHarness agent = agent(1 << 20)) {
      Path log = agent.log("app.log");
      write(log, 100);
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      int whole = written.size();
      write(log, 20_000);
      compress(log, agent.log("app.log.2.gz"));
      int after = written.size();
      write(log, 100);
      compress(log, agent.log("app.log.1.gz"));
      write(log, 100);
      Path damaged = agent.log("app.log.2.gz");
      assertThat(Files.size(damaged)).isGreaterThan(keptBytes);
      try (FileChannel channel = FileChannel.open(damaged, StandardOpenOption.WRITE)) {
        channel.truncate(keptBytes);
      }
      agent.restart();
      agent.run(Duration.ofSeconds(5));

      List<String> received = agent.server.linesOf(log.toString());
      assertThat(agent.lane.status().filesDamaged()).isEqualTo(1);
      assertThat(received).startsWith(written.subList(0, whole).toArray(String[]::new));
      if (keptBytes > 400) {
        assertThat(received)
            .hasSizeGreaterThan(2 * whole)
            .endsWith(written.subList(after, written.size()).toArray(String[]::new));
      }
    }
  }

  @Test
  void restart_nothingRotated_readsNoArchive() throws IOException {
    try (LaneHarness agent = agent(1 << 20)) {
      Path log = agent.log("app.log");
      write(log, 100);
      Files.copy(log, agent.log("copy"));
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      compress(agent.log("copy"), agent.log("app.log.1.gz")); // begins as the file does
      write(log, 100);
      agent.restart();
      agent.run(Duration.ofSeconds(5));

      assertThat(agent.server.linesOf(log.toString())).isEqualTo(written);
    }
  }

  private LaneHarness agent(int batchSize) throws IOException {
    return new LaneHarness(directory, "*.log", TailConfig.defaults(), batchSize, new Random(1));
  }

  private void write(Path file, int lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      String line = "line " + written.size() + " " + (written.size() * 7919L) % 104_729;
      written.add(line);
      text.append(line).append('\n');
    }
    Files.write(
        file,
        text.toString().getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** As gzip and logrotate do it: the time of writing stays. */
  private void compress(Path from, Path to) throws IOException {
    try (OutputStream file = Files.newOutputStream(to);
        OutputStream out =
            switch (to.toString().substring(to.toString().lastIndexOf('.') + 1)) {
              case "bz2" -> new BZip2CompressorOutputStream(file);
              case "zst" -> new ZstdOutputStream(file);
              default -> new GZIPOutputStream(file);
            }) {
      Files.copy(from, out);
    }
    Files.delete(from);
    writing = writing.plusSeconds(1);
    Files.setLastModifiedTime(to, FileTime.from(writing));
  }
}
