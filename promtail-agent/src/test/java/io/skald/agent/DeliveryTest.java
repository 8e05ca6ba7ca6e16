package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.push.PushResponse;
import io.skald.agent.push.PushTransport;
import io.skald.agent.tail.TailConfig;
import io.skald.common.push.BatchKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a batch for each answer of the server. */
class DeliveryTest {
  @TempDir Path directory;

  private final Deque<PushResponse> answers = new ArrayDeque<>();
  private final List<byte[]> bodies = new ArrayList<>();
  private final List<BatchKey> keys = new ArrayList<>();
  private final PushTransport scripted =
      new PushTransport() {
        @Override
        public PushResponse push(String tenant, BatchKey key, byte[] body) throws IOException {
          bodies.add(body);
          keys.add(key);
          PushResponse answer = answers.isEmpty() ? PushResponse.of(204) : answers.poll();
          if (answer.status() < 0) {
            throw new IOException("connection refused");
          }
          return answer;
        }

        @Override
        public void close() {
          // nothing is open
        }
      };

  @ParameterizedTest
  @ValueSource(ints = {-1, 401, 403, 408, 429, 500, 502, 503, 599})
  void temporaryFailure_isSentAgainByteForByte(int status) throws IOException {
    answers.add(PushResponse.of(status));
    answers.add(PushResponse.of(status));
    try (LaneHarness agent = agent()) {
      Files.writeString(agent.log("a.log"), "one\ntwo\n");
      agent.run(Duration.ofSeconds(10));

      assertThat(bodies).hasSize(3);
      assertThat(bodies.get(1)).isEqualTo(bodies.get(0));
      assertThat(bodies.get(2)).isEqualTo(bodies.get(0));
      assertThat(keys).allMatch(key -> key.equals(keys.getFirst()));
      assertThat(agent.lane.status().retries()).isEqualTo(2);
      assertThat(agent.lane.status().entriesSent()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 400, 404, 422})
  void refusedForGood_isSentOnceAndCounted(int status) throws IOException {
    answers.add(new PushResponse(status, "entry too far behind", 0));
    try (LaneHarness agent = agent()) {
      Files.writeString(agent.log("a.log"), "one\ntwo\n");
      agent.run(Duration.ofSeconds(5));
      agent.kill();
      agent.restart();
      agent.run(Duration.ofSeconds(5));

      assertThat(bodies).hasSize(1);
    }
  }

  @Test
  void refusedForGood_isCountedWithTheReason() throws IOException {
    answers.add(new PushResponse(400, "entry too far behind", 0));
    try (LaneHarness agent = agent()) {
      Files.writeString(agent.log("a.log"), "one\ntwo\n");
      agent.run(Duration.ofSeconds(5));

      assertThat(agent.lane.status().entriesDropped()).isEqualTo(2);
      assertThat(agent.lane.status().lastFailure()).isEqualTo("status 400: entry too far behind");
    }
  }

  @Test
  void tooLarge_isHalvedUntilItFits() throws IOException {
    answers.add(PushResponse.of(413)); // of 4
    answers.add(PushResponse.of(413)); // of 2
    answers.add(PushResponse.of(413)); // of 1: given up
    try (LaneHarness agent = agent()) {
      Files.writeString(agent.log("a.log"), "1\n2\n3\n4\n");
      agent.run(Duration.ofSeconds(5));

      List<String> stored =
          bodies.stream()
              .skip(3)
              .flatMap(body -> ReceivedEntries.decode(body).stream())
              .flatMap(stream -> stream.entries().stream())
              .map(ReceivedEntries.Entry::line)
              .toList();
      assertThat(stored).containsExactly("2", "3", "4");
      assertThat(agent.lane.status().entriesDropped()).isEqualTo(1);
      assertThat(agent.lane.status().entriesSent()).isEqualTo(3);
    }
  }

  @Test
  void keys_ofPartsBatchesAndNewJournals_differ() throws IOException {
    answers.add(PushResponse.of(413));
    try (LaneHarness agent = agent()) {
      Files.writeString(agent.log("a.log"), "1\n2\n");
      agent.run(Duration.ofSeconds(5));
      Files.writeString(agent.log("a.log"), "1\n2\n3\n");
      agent.run(Duration.ofSeconds(5));
      agent.kill();
      Files.delete(agent.journalFile());
      Files.deleteIfExists(agent.positions());
      agent.restart();
      agent.run(Duration.ofSeconds(5));

      assertThat(keys).hasSizeGreaterThan(4).doesNotHaveDuplicates();
      assertThat(keys).allMatch(key -> key.sender().equals("host.default"));
    }
  }

  @Test
  void retryAfter_isHonoured() throws IOException {
    answers.add(new PushResponse(429, "slow down", 60));
    try (LaneHarness agent = agent()) {
      Files.writeString(agent.log("a.log"), "one\n");
      agent.run(Duration.ofSeconds(55));
      assertThat(bodies).hasSize(1);

      agent.run(Duration.ofSeconds(10));

      assertThat(bodies).hasSize(2);
    }
  }

  @Test
  void killedWhileUnanswered_sameBytesAfterTheFileIsGone() throws IOException {
    answers.addAll(Arrays.asList(PushResponse.of(-1), PushResponse.of(-1)));
    try (LaneHarness agent = agent()) {
      Path file = agent.log("a.log");
      Files.writeString(file, "one\ntwo\n");
      agent.run(Duration.ofMillis(1500));
      assertThat(bodies).isNotEmpty();
      agent.kill();
      Files.delete(file);
      agent.restart();
      agent.run(Duration.ofSeconds(10));

      assertThat(bodies.getLast()).isEqualTo(bodies.getFirst());
      assertThat(keys.getLast()).isEqualTo(keys.getFirst());
      assertThat(agent.lane.status().entriesSent()).isEqualTo(2);
    }
  }

  @Test
  void clockSetBack_timestampsStillGrow() throws IOException {
    ReceivedEntries server = new ReceivedEntries();
    try (LaneHarness agent = agent()) {
      Path file = agent.log("a.log");
      Files.writeString(file, "same\n");
      agent.run(Duration.ofSeconds(3));
      agent.clock.setNow(agent.clock.nowNanos() - 10_000_000_000L);
      agent.stop();
      agent.restart();
      Files.writeString(file, "same\nsame\n");
      agent.run(Duration.ofSeconds(3));
      bodies.forEach(server::store);

      List<Long> timestamps =
          bodies.stream()
              .flatMap(b -> ReceivedEntries.decode(b).stream())
              .flatMap(s -> s.entries().stream())
              .map(ReceivedEntries.Entry::timestampNanos)
              .toList();
      assertThat(timestamps).hasSize(2).isSorted().doesNotHaveDuplicates();
      assertThat(server.duplicates()).isZero();
    }
  }

  private LaneHarness agent() throws IOException {
    return new LaneHarness(
        directory, "*.log", TailConfig.defaults(), 1 << 20, new Random(1), scripted);
  }
}
