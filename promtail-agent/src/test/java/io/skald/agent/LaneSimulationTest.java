package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Writers, rotations, server faults and kills in random order: every line arrives exactly once with
 * all its bytes. Deterministic for a seed; a failure prints it.
 */
class LaneSimulationTest {
  private static final String[] ODD_BYTES = {
    "", "\r", "a\rb", "\0\0", "\u00ff\u00fe\u00c3", "\u00e2\u0082", "tab\t", " ", "\u001b[0m"
  };

  @TempDir Path directory;

  static LongStream fewSeeds() {
    return LongStream.range(0, 40);
  }

  static LongStream manySeeds() {
    return LongStream.range(1000, 5000);
  }

  @ParameterizedTest
  @MethodSource("fewSeeds")
  void everythingAtOnce_fewSeeds_everyLineOnce(long seed) throws IOException {
    simulate(seed);
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("manySeeds")
  void everythingAtOnce_manySeeds_everyLineOnce(long seed) throws IOException {
    simulate(seed);
  }

  private void simulate(long seed) throws IOException {
    RandomGenerator random = new SplittableRandom(seed);
    String glob = random.nextBoolean() ? "*.log" : "*.log*";
    Rotation rotation = Rotation.values()[(int) (seed % 2)];
    int batchSize = 50 + random.nextInt(600);
    try (LaneHarness agent =
        new LaneHarness(directory, glob, LaneHarness.patient(), batchSize, random)) {
      List<Writer> writers = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        writers.add(new Writer(agent.log("app" + i + ".log"), rotation, random));
      }
      for (Writer writer : writers) {
        writer.append();
      }
      agent.run(Duration.ofSeconds(2)); // a file that was never seen may be rotated out of sight
      agent.faults().setFaults(random.nextInt(3) == 0 ? 0 : 0.4, true);
      for (int step = 0; step < 400; step++) {
        try {
          act(agent, writers, random);
        } catch (FaultyTransport.SimulatedCrash _) {
          agent.kill();
          agent.restart();
        }
      }
      agent.faults().setFaults(0, false);
      for (Writer writer : writers) {
        writer.append(); // a path that stays empty is not searched around
      }
      agent.run(Duration.ofMinutes(6));
      agent.clock.advance(Duration.ofMinutes(31));
      agent.run(Duration.ofMinutes(1));
      for (Writer writer : writers) {
        List<String> received = agent.server.linesOfAllGenerations(writer.path.toString());
        assertThat(sorted(received))
            .as(
                "seed %d, %s: missing %s, too many %s",
                seed,
                writer.path,
                without(writer.expected(), received),
                without(received, writer.expected()))
            .isEqualTo(sorted(writer.expected()));
      }
    }
  }

  /** What stands in {@code lines} more often than in {@code others}. */
  private static List<String> without(List<String> lines, List<String> others) {
    List<String> rest = new ArrayList<>(lines);
    others.forEach(rest::remove);
    return rest;
  }

  private static List<String> sorted(List<String> lines) {
    List<String> copy = new ArrayList<>(lines);
    Collections.sort(copy);
    return copy;
  }

  private static void act(LaneHarness agent, List<Writer> writers, RandomGenerator random)
      throws IOException {
    Writer writer = writers.get(random.nextInt(writers.size()));
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5 -> writer.append();
      case 6, 7, 8, 9 -> agent.lane.read();
      case 10, 11, 12, 13 -> agent.lane.send();
      case 14, 15 -> agent.clock.advance(Duration.ofMillis(random.nextInt(700)));
      case 16 -> agent.clock.advance(Duration.ofSeconds(random.nextInt(8)));
      case 17, 18 -> writer.rotate(agent);
      default -> {
        if (random.nextInt(4) == 0) {
          if (random.nextBoolean()) {
            agent.kill();
          } else {
            agent.stop();
          }
          if (random.nextBoolean()) {
            writer.append();
            writer.rotate(agent);
            writer.append();
          }
          agent.restart();
        }
      }
    }
  }

  private enum Rotation {
    RENAME,
    COPY_TRUNCATE
  }

  /** One program that logs, with its rotated files, and what it wrote. */
  private static final class Writer {
    final Path path;
    private final Rotation rotation;
    private final RandomGenerator random;
    private final List<String> complete = new ArrayList<>();
    private String open = "";
    private boolean firstOfGeneration = true;
    private int lines;
    private int generation;

    Writer(Path path, Rotation rotation, RandomGenerator random) {
      this.path = path;
      this.rotation = rotation;
      this.random = random;
    }

    List<String> expected() {
      List<String> all = new ArrayList<>(complete);
      if (!open.isEmpty()) {
        all.add(open);
      }
      return all;
    }

    void append() throws IOException {
      StringBuilder bytes = new StringBuilder();
      for (int i = 0; i < 1 + random.nextInt(6); i++) {
        String line = nextLine();
        bytes.append(line).append('\n');
        complete.add(open + line);
        open = "";
      }
      if (random.nextInt(3) == 0) {
        open = "open " + nextLine();
        bytes.append(open);
      }
      Files.write(
          path,
          bytes.toString().getBytes(StandardCharsets.ISO_8859_1),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }

    /**
     * Some lines are empty or alike, the others tell where they are from. The first of a file does:
     * a file that nobody saw and that is the beginning of another one would pass for its copy.
     */
    private String nextLine() {
      lines++;
      boolean first = firstOfGeneration;
      firstOfGeneration = false;
      if (!first && random.nextInt(8) == 0) {
        return ODD_BYTES[random.nextInt(ODD_BYTES.length)];
      }
      return lines
          + " "
          + ODD_BYTES[random.nextInt(ODD_BYTES.length)]
          + "x".repeat(random.nextInt(40));
    }

    void rotate(LaneHarness agent) throws IOException {
      if (!Files.exists(path) || Files.size(path) == 0) {
        return;
      }
      if (rotation == Rotation.RENAME) {
        endGeneration();
        Files.move(path, rotated());
      } else if (agent.isKnown(path)) { // else nothing could tell the copy from other files
        endGeneration();
        Files.copy(path, rotated(), StandardCopyOption.REPLACE_EXISTING);
        FileChannel.open(path, StandardOpenOption.WRITE).truncate(0).close();
      }
    }

    private Path rotated() {
      generation++;
      return path.resolveSibling(path.getFileName() + "." + generation);
    }

    private void endGeneration() {
      firstOfGeneration = true;
      if (!open.isEmpty()) {
        complete.add(open);
        open = "";
      }
    }
  }
}
