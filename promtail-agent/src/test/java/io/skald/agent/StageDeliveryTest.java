package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.push.PushResponse;
import io.skald.agent.push.PushTransport;
import io.skald.agent.tail.TailConfig;
import io.skald.common.config.ConfigNode;
import io.skald.common.push.BatchKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stages that hold lines back, and entries of several tenants, over crashes and faults. */
class StageDeliveryTest {
  private static final String CRI = "- cri: {}\n- labeldrop: [filename]\n";

  @TempDir Path directory;

  @Test
  void heldPart_killedBeforeTheRest_isReadAgain() throws IOException {
    try (LaneHarness agent = agent(CRI, null)) {
      Path file = agent.log("a.log");
      write(file, "2024-05-01T10:00:00Z stdout F one\n2024-05-01T10:00:01Z stdout P ab\n");
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      agent.restart();
      write(file, "2024-05-01T10:00:02Z stdout F cd\n");
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.lines("{job=\"t\", stream=\"stdout\"}"))
          .containsExactly("one", "abcd");
    }
  }

  @Test
  void heldPart_nothingFollows_goesByItselfAndIsNotRepeated() throws IOException {
    try (LaneHarness agent = agent(CRI, null)) {
      write(agent.log("a.log"), "2024-05-01T10:00:01Z stdout P ab\n");
      agent.run(Duration.ofSeconds(10));
      agent.kill();
      agent.restart();
      agent.run(Duration.ofSeconds(10));

      assertThat(agent.server.lines("{job=\"t\", stream=\"stdout\"}")).containsExactly("ab");
      assertThat(agent.server.duplicates()).isZero();
    }
  }

  @Test
  void heldBlock_stop_isSentAndNotRepeated() throws IOException {
    try (LaneHarness agent =
        agent(
            "- multiline: {firstline: '^S', max_wait_time: 1h}\n- labeldrop: [filename]\n", null)) {
      write(agent.log("a.log"), "S one\n more\n");
      agent.run(Duration.ofSeconds(3));
      assertThat(agent.server.count()).isZero();
      agent.stop();
      agent.restart();
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.lines("{job=\"t\"}")).containsExactly("S one\n more");
    }
  }

  @Test
  void heldBlock_fileTruncated_isSentFirst() throws IOException {
    try (LaneHarness agent =
        agent(
            "- multiline: {firstline: '^S', max_wait_time: 1h}\n- labeldrop: [filename]\n", null)) {
      Path file = agent.log("a.log");
      write(file, "S one\n more\n");
      agent.run(Duration.ofSeconds(3));
      Files.writeString(file, "S two\n");
      agent.run(Duration.ofSeconds(3));
      assertThat(agent.server.lines("{job=\"t\"}")).containsExactly("S one\n more");
      agent.stop();
      agent.restart();
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.lines("{job=\"t\"}")).containsExactly("S one\n more", "S two");
    }
  }

  @Test
  void tenants_ofOneFile_arePushedApart() throws IOException {
    Map<String, ReceivedEntries> byTenant = new TreeMap<>();
    PushTransport transport =
        new PushTransport() {
          @Override
          public PushResponse push(String tenant, BatchKey key, byte[] body) {
            byTenant.computeIfAbsent(tenant, _ -> new ReceivedEntries()).store(body);
            return PushResponse.of(204);
          }

          @Override
          public void close() {}
        };
    String stages =
        """
        - regex: {expression: '^(?P<t>\\w*) '}
        - tenant: {source: t}
        - labeldrop: [filename]
        """;
    try (LaneHarness agent = agent(stages, transport)) {
      write(agent.log("a.log"), "blue 1\nred 2\n 3\nblue 4\n");
      agent.run(Duration.ofSeconds(3));
    }

    assertThat(byTenant.keySet()).containsExactly("", "blue", "red");
    assertThat(linesOf(byTenant, "blue")).containsExactly("blue 1", "blue 4");
    assertThat(linesOf(byTenant, "red")).containsExactly("red 2");
    assertThat(linesOf(byTenant, "")).containsExactly(" 3");
  }

  private static List<String> linesOf(Map<String, ReceivedEntries> byTenant, String tenant) {
    return byTenant.getOrDefault(tenant, new ReceivedEntries()).lines("{job=\"t\"}");
  }

  static LongStream seeds() {
    return LongStream.range(0, 40);
  }

  /** Lines have times of their own, so what is read again is the same entry for the server. */
  @ParameterizedTest
  @MethodSource("seeds")
  void partsTenantsFaultsAndKills_everyLineOnce(long seed) throws IOException {
    RandomGenerator random = new SplittableRandom(seed);
    String stages =
        CRI
            + """
            - regex: {expression: '^(?P<t>[ab])'}
            - tenant: {source: t}
            """;
    List<String> expected = new ArrayList<>();
    try (LaneHarness agent = agent(stages, null, random)) {
      agent.faults().setFaults(0.3, true);
      Path file = agent.log("a.log");
      int number = 0;
      for (int step = 0; step < 200; step++) {
        try {
          switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
              StringBuilder text = new StringBuilder();
              for (int i = 0; i < 1 + random.nextInt(5); i++) {
                String line = "abc".charAt(random.nextInt(3)) + " " + number;
                String time =
                    "2024-05-01T%02d:%02d:%02d.5Z stdout "
                        .formatted(number / 3600, number / 60 % 60, number % 60);
                if (random.nextInt(3) == 0) {
                  text.append(time).append("P ").append(line).append('\n');
                  text.append(time).append("F !\n");
                  line += "!";
                } else {
                  text.append(time).append("F ").append(line).append('\n');
                }
                expected.add(line);
                number++;
              }
              int half = random.nextInt(text.length());
              write(file, text.substring(0, half));
              agent.lane.read();
              write(file, text.substring(half));
            }
            case 3, 4 -> agent.lane.read();
            case 5, 6 -> agent.lane.send();
            default -> {
              agent.clock.advance(Duration.ofMillis(random.nextInt(900)));
              if (random.nextInt(6) == 0) {
                agent.kill();
                agent.restart();
              }
            }
          }
        } catch (FaultyTransport.SimulatedCrash _) {
          agent.kill();
          agent.restart();
        }
      }
      agent.faults().setFaults(0, false);
      agent.run(Duration.ofMinutes(6));

      List<String> received = new ArrayList<>();
      for (String stream : agent.server.streams()) {
        received.addAll(agent.server.lines(stream));
      }
      assertThat(received).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private LaneHarness agent(String stages, @Nullable PushTransport transport) throws IOException {
    return agent(stages, transport, new Random(1));
  }

  private LaneHarness agent(
      String stages, @Nullable PushTransport transport, RandomGenerator random) throws IOException {
    ConfigNode.Sequence list = (ConfigNode.Sequence) ConfigNode.parseAny("test.yaml", stages);
    return new LaneHarness(
        directory, "*.log", TailConfig.defaults(), 300, random, transport, list.items());
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
