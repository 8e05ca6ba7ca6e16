package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.push.PushResponse;
import io.skald.agent.push.PushTransport;
import io.skald.agent.tail.TailConfig;
import io.skald.common.push.BatchKey;
import io.skald.common.push.DecodeBudget;
import io.skald.common.push.DecodedPush;
import io.skald.common.push.DeliveryNote;
import io.skald.common.push.PushDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent tells beside its batches, read as a server reads it. */
class NotesTest {
  private static final Pattern PART =
      Pattern.compile(
          "\"file\":\"[^\"]*/([^\"/]*)\",\"id\":\"[^\"]*\",\"from\":(\\d+),\"to\":(\\d+)");

  @TempDir Path directory;

  private final List<String> ranges = new ArrayList<>();
  private final List<String> losses = new ArrayList<>();
  private int status = 204;

  private final PushTransport transport =
      new PushTransport() {
        @Override
        public PushResponse push(String tenant, BatchKey key, byte[] body) {
          if (status == 204) {
            read(body);
          }
          return PushResponse.of(status);
        }

        @Override
        public void close() {
          // nothing is open
        }
      };

  private void read(byte[] body) {
    PushDecoder decoder = new PushDecoder(1 << 24, 1000);
    try (DecodeBudget.Lease lease = new DecodeBudget(1 << 24, "test").lease()) {
      DecodedPush push =
          decoder.decode("application/x-protobuf", null, body, PushDecoder.Dialect.CURRENT, lease);
      DeliveryNote note = push.note();
      if (note != null) {
        note.ranges().forEach(line -> ranges.add(new String(line, StandardCharsets.UTF_8)));
        note.losses().forEach(line -> losses.add(new String(line, StandardCharsets.UTF_8)));
      }
    }
  }

  private LaneHarness agent() throws IOException {
    return new LaneHarness(
        directory, "*.log", TailConfig.defaults(), 1 << 20, new Random(1), transport);
  }

  /** Returns the parts that were told, as name from-to. */
  private List<String> parts() {
    List<String> parts = new ArrayList<>();
    for (String line : ranges) {
      Matcher part = PART.matcher(line);
      while (part.find()) {
        parts.add(part.group(1) + " " + part.group(2) + "-" + part.group(3));
      }
    }
    return parts;
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Test
  void batches_tellPartsThatFollowEachOther() throws IOException {
    try (LaneHarness agent = agent()) {
      append(agent.log("a.log"), "one\n");
      agent.run(Duration.ofSeconds(3));
      append(agent.log("a.log"), "two\nthree\n");
      agent.run(Duration.ofSeconds(3));
      agent.kill();
      agent.restart();
      append(agent.log("a.log"), "four\n");
      agent.run(Duration.ofSeconds(3));

      assertThat(parts()).containsExactly("a.log 0-4", "a.log 4-14", "a.log 14-19");
      assertThat(ranges.get(1)).contains("\"lines\":2");
      assertThat(losses).isEmpty();
    }
  }

  @Test
  void batchTooOldForTheBuffer_isToldAsALossWithItsPart() throws IOException {
    try (LaneHarness agent = agent()) {
      agent.restartWith(
          new BufferConfig(1 << 20, Duration.ofSeconds(60), BufferConfig.Overflow.DROP_OLDEST));
      status = 500;
      append(agent.log("a.log"), "lost\nlost too\n");
      agent.run(Duration.ofSeconds(5));
      agent.run(Duration.ofMinutes(10));
      status = 204;
      append(agent.log("a.log"), "kept\n");
      agent.run(Duration.ofMinutes(6));

      assertThat(parts()).containsExactly("a.log 14-19");
      assertThat(losses)
          .singleElement()
          .asString()
          .contains("\"hop\":\"agent\",\"reason\":\"buffer_age\"")
          .contains("a.log\"")
          .contains("\"lines\":2,\"from\":0,\"to\":14,\"first\":\"");
    }
  }

  @Test
  void batchRefused_isToldAsALossAlsoAfterACrash() throws IOException {
    try (LaneHarness agent = agent()) {
      status = 404;
      append(agent.log("a.log"), "refused\n");
      agent.run(Duration.ofSeconds(5));
      agent.kill();
      agent.restart();
      status = 204;
      append(agent.log("a.log"), "taken\n");
      agent.run(Duration.ofSeconds(5));

      assertThat(parts()).containsExactly("a.log 8-14");
      assertThat(losses)
          .singleElement()
          .asString()
          .contains("\"reason\":\"ingester_error\"")
          .contains("\"from\":0,\"to\":8");
    }
  }
}
