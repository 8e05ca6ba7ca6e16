package io.skald.querier.tail;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Labels;
import io.skald.logql.engine.QueryResult;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SentLinesTest {
  private static final Labels STREAM = Labels.of("app", "x");
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final SentLines sent = new SentLines();

  private static TailLine line(Labels labels, long timestamp, String text, Labels metadata) {
    return new TailLine(
        labels,
        new QueryResult.Entry(
            timestamp, text.getBytes(StandardCharsets.UTF_8), metadata, Labels.EMPTY));
  }

  private static TailLine line(long timestamp, String text) {
    return line(STREAM, timestamp, text, Labels.EMPTY);
  }

  @Test
  void add_sameLineAgain_isRecognised() {
    assertThat(sent.add(line(1, "a"), 0)).isTrue();
    assertThat(sent.add(line(1, "a"), 5)).isFalse();
  }

  @Test
  void add_lineThatDiffersInAnything_isAnother() {
    sent.add(line(1, "a"), 0);

    assertThat(sent.add(line(2, "a"), 0)).isTrue();
    assertThat(sent.add(line(1, "b"), 0)).isTrue();
    assertThat(sent.add(line(1, ""), 0)).isTrue();
    assertThat(sent.add(line(Labels.of("app", "y"), 1, "a", Labels.EMPTY), 0)).isTrue();
    assertThat(sent.add(line(STREAM, 1, "a", Labels.of("k", "v")), 0)).isTrue();
  }

  @Test
  void add_ofRandomLines_isThatOfASet() {
    Random random = new Random(3);
    Set<String> known = new HashSet<>();
    for (int i = 0; i < 9_000; i++) {
      long timestamp = random.nextInt(100);
      String text = "line " + random.nextInt(60);

      assertThat(sent.add(line(timestamp, text), 0)).isEqualTo(known.add(timestamp + text));
    }
  }

  @Test
  void add_afterAGeneration_isStillRecognised_afterTwoForgotten() {
    sent.add(line(1, "a"), -7);

    assertThat(sent.add(line(2, "b"), MINUTE)).isTrue();
    assertThat(sent.add(line(1, "a"), MINUTE + 1)).isFalse();
    assertThat(sent.add(line(3, "c"), 2 * MINUTE)).isTrue();
    assertThat(sent.add(line(2, "b"), 2 * MINUTE)).isFalse();
    assertThat(sent.add(line(1, "a"), 2 * MINUTE)).isTrue();
  }

  @Test
  void add_moreLinesThanAreKept_forgetsTheOldest() {
    for (int i = 0; i < 20_001; i++) {
      assertThat(sent.add(line(i, "a"), 0)).isTrue();
    }

    assertThat(sent.add(line(20_000, "a"), 0)).isFalse();
    assertThat(sent.add(line(10_000, "a"), 0)).isFalse();
    assertThat(sent.add(line(0, "a"), 0)).isTrue();
  }
}
