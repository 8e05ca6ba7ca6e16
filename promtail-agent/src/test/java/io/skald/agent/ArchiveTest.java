package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.skald.agent.tail.TailConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed files through the reader, a batch and the wire. */
class ArchiveTest {
  private static final Duration A_WHILE = Duration.ofSeconds(15);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"gz", "z", "bz2", "zst"})
  void archives_ofAllFormats_areReadOnceAlsoAfterARestart(String format) throws IOException {
    try (LaneHarness agent = agent(format, Duration.ZERO)) {
      Path file = agent.log("a.log." + format);
      Files.write(file, packed(format, bytes("one\r\n\nthree\nlast")));
      agent.run(A_WHILE);
      agent.stop();
      agent.restart();
      agent.run(A_WHILE);

      assertThat(agent.server.linesOf(file.toString()))
          .containsExactly("one\r", "", "three", "last");
      assertThat(agent.server.duplicates()).isZero();
      assertThat(Files.readString(agent.positions())).contains(file + ": \"4\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gz", "bz2", "zst"})
  void archives_behindEachOther_areOne(String format) throws IOException {
    try (LaneHarness agent = agent(format, Duration.ZERO)) {
      Path file = agent.log("a.log." + format);
      Files.write(file, packed(format, bytes("one\ntw")));
      Files.write(file, packed(format, bytes("o\nthree\n")), StandardOpenOption.APPEND);
      agent.run(A_WHILE);

      assertThat(agent.server.linesOf(file.toString())).containsExactly("one", "two", "three");
    }
  }

  @Test
  void archive_killedInTheMiddle_goesOnAtTheLine() throws IOException {
    try (LaneHarness agent = agent("gz", Duration.ZERO)) {
      Path file = agent.log("a.log.gz");
      List<String> lines = numbered(60_000);
      Files.write(file, packed("gz", bytes(String.join("\n", lines) + "\n")));
      for (int i = 0; i < 12; i++) {
        agent.run(Duration.ofMillis(200));
        agent.kill();
        agent.restart();
      }
      agent.run(A_WHILE);

      assertThat(agent.server.linesOf(file.toString())).containsExactlyElementsOf(lines);
    }
  }

  @Test
  void archive_damagedInTheMiddle_isNotTriedAgain() throws IOException {
    try (LaneHarness agent = agent("gz", Duration.ZERO)) {
      Path file = agent.log("a.log.gz");
      List<String> lines = numbered(60_000);
      byte[] archive = packed("gz", bytes(String.join("\n", lines)));
      Arrays.fill(archive, archive.length / 2, archive.length / 2 + 64, (byte) 0xFF);
      Files.write(file, archive);
      agent.run(A_WHILE);
      long decoded = agent.lane.status().bytesRead();
      agent.run(Duration.ofMinutes(5));
      assertThat(agent.lane.status().bytesRead()).isEqualTo(decoded);
      agent.stop();
      agent.restart();
      agent.run(A_WHILE);

      List<String> got = agent.server.linesOf(file.toString());
      assertThat(got).hasSizeBetween(10_000, 50_000);
      assertThat(got.subList(0, got.size() - 2))
          .isEqualTo(lines.subList(0, got.size() - 2)); // decoders notice a little late
      assertThat(agent.lane.status().bytesRead()).isZero(); // of the second run
    }
  }

  @Test
  void archive_ofAnotherFormat_isTold() throws IOException {
    try (LaneHarness agent = agent("bz2", Duration.ZERO)) {
      Files.write(agent.log("a.bz2"), bytes("no archive at all, but long enough to be one\n"));
      Path good = agent.log("b.bz2");
      Files.write(good, packed("bz2", bytes("one\n")));
      agent.run(A_WHILE);

      assertThat(agent.server.linesOf(good.toString())).containsExactly("one");
      assertThat(agent.server.count()).isEqualTo(1);
      assertThat(agent.lane.status().files()).isEmpty();
    }
  }

  @Test
  void archive_stillWritten_isReadOnWhenItIsWhole() throws IOException {
    try (LaneHarness agent = agent("gz", Duration.ZERO)) {
      Path file = agent.log("a.log.gz");
      List<String> lines = numbered(20_000);
      byte[] archive = packed("gz", bytes(String.join("\n", lines)));
      int half = archive.length / 2;
      Files.write(file, Arrays.copyOf(archive, half));
      agent.run(A_WHILE);
      int before = agent.server.count();
      assertThat(before).isBetween(5_000, 15_000);
      Files.write(
          file, Arrays.copyOfRange(archive, half, archive.length), StandardOpenOption.APPEND);
      agent.run(Duration.ofSeconds(40));

      assertThat(agent.server.linesOf(file.toString())).containsExactlyElementsOf(lines);
    }
  }

  @Test
  void archive_neverWhole_isGivenUpWithAllThatThereIs() throws IOException {
    try (LaneHarness agent = agent("gz", Duration.ZERO)) {
      Path file = agent.log("a.log.gz");
      byte[] archive = packed("gz", bytes("one\ntwo\nand a part"));
      Files.write(file, Arrays.copyOf(archive, archive.length - 8)); // without its trailer
      agent.run(A_WHILE);
      assertThat(agent.server.linesOf(file.toString())).containsExactly("one", "two");
      agent.run(Duration.ofMinutes(2));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("one", "two", "and a part");
      assertThat(agent.lane.status().files()).isEmpty();
    }
  }

  @Test
  void archive_initialDelay_isWaitedFor() throws IOException {
    try (LaneHarness agent = agent("gz", Duration.ofSeconds(30))) {
      Path file = agent.log("a.log.gz");
      Files.write(file, packed("gz", bytes("one\n")));
      agent.run(Duration.ofSeconds(25));
      assertThat(agent.server.count()).isZero();
      agent.run(Duration.ofSeconds(20));

      assertThat(agent.server.linesOf(file.toString())).containsExactly("one");
    }
  }

  @Test
  void archive_renamedOrReplaced_isReadOnceOrAnew() throws IOException {
    try (LaneHarness agent = agent("gz", Duration.ZERO)) {
      Path first = agent.log("a.log.1.gz");
      Path second = agent.log("a.log.2.gz");
      Files.write(first, packed("gz", bytes("old\n")));
      agent.run(A_WHILE);
      Files.move(first, second);
      Files.write(first, packed("gz", bytes("new\n")));
      agent.run(A_WHILE);

      assertThat(agent.server.count()).isEqualTo(2);
      assertThat(agent.server.linesOf(first.toString())).containsExactly("old", "new");
    }
  }

  @Test
  void line_overTheCap_isCut() throws IOException {
    TailConfig defaults = TailConfig.defaults();
    TailConfig tail =
        new TailConfig(
            defaults.rotateWait(),
            defaults.partialLineTimeout(),
            1000,
            defaults.skipBinaryFiles(),
            defaults.maxRotatedFiles());
    try (LaneHarness agent = agent("gz", Duration.ZERO, tail)) {
      Path file = agent.log("a.log.gz");
      String content = "x".repeat(5_000_000) + "\nshort\n" + "y".repeat(2_000_000);
      Files.write(file, packed("gz", bytes(content)));
      agent.run(A_WHILE);

      assertThat(agent.server.linesOf(file.toString()))
          .containsExactly("x".repeat(1000), "short", "y".repeat(1000));
      assertThat(agent.lane.status().linesCut()).isEqualTo(2);
    }
  }

  @Test
  void positionsOfPromtail_countLines() throws IOException {
    Path state = Files.createDirectories(directory.resolve("state"));
    Path file = Files.createDirectories(directory.resolve("logs")).toRealPath().resolve("a.gz");
    Files.writeString(state.resolve("positions.yaml"), "positions:\n  " + file + ": \"2\"\n");
    Files.write(file, packed("gz", bytes("one\ntwo\nthree\n")));
    try (LaneHarness agent = agent("gz", Duration.ZERO)) {
      agent.run(A_WHILE);

      assertThat(agent.server.linesOf(file.toString())).containsExactly("three");
    }
  }

  @Test
  void config_withoutFormat_isRefused() {
    assertThatThrownBy(() -> new DecompressionConfig(true, Duration.ZERO, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("decompression.format must be one of gz, z, bz2, zst: ''");
  }

  private LaneHarness agent(String format, Duration delay) throws IOException {
    return agent(format, delay, TailConfig.defaults());
  }

  private LaneHarness agent(String format, Duration delay, TailConfig tail) throws IOException {
    AgentConfig.ScrapeConfig job =
        AgentConfig.ScrapeConfig.defaults()
            .withName("job")
            .withFormat(new FileFormat("", new DecompressionConfig(true, delay, format)))
            .withStaticConfig(
                new AgentConfig.StaticConfig(
                    List.of(),
                    Map.of("job", "t", "__path__", directory.toRealPath() + "/logs/*." + format)));
    return new LaneHarness(directory, tail, 100_000, new Random(1), job);
  }

  private static List<String> numbered(int count) {
    Random random = new Random(7);
    return IntStream.range(0, count).mapToObj(i -> "line " + i + " " + random.nextLong()).toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] packed(String format, byte[] content) throws IOException {
    if (format.equals("zst")) {
      return Zstd.compress(content);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (format) {
          case "gz" -> new GZIPOutputStream(bytes);
          case "z" -> new DeflaterOutputStream(bytes);
          default -> new BZip2CompressorOutputStream(bytes);
        }) {
      out.write(content);
    }
    return bytes.toByteArray();
  }
}
