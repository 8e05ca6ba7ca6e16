package io.skald.querier.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.block.ReadRoom;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.pattern.PatternSamples;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.EngineLimits;
import io.skald.logql.engine.QueryEngine;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import io.skald.storage.pattern.PatternBudget;
import io.skald.storage.pattern.PatternConfig;
import io.skald.storage.pattern.PatternMerge;
import io.skald.storage.pattern.PatternMiner;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pattern is a filter: {@code |>} with its text finds the lines that it was mined from. */
class PatternTextTest {
  private static final long SECOND = 1_000_000_000L;
  private static final PatternConfig CONFIG =
      new PatternConfig(true, 300, 0, 200, Duration.ofSeconds(1), 8 << 20);
  private static final String PIECES = "..::--//++@@  ==\"\"''[]<><>(){},;|~#&%_";
  private static final List<String> WORDS =
      List.of(
          "info",
          "pump",
          "com",
          "a",
          "b",
          "ok",
          "beef",
          "_",
          "foo_bar",
          "größe",
          "1",
          "22",
          "v1",
          "1.2",
          "10.0.0.7:80",
          "2026-03-02T08:00:00Z",
          "-5",
          "x1",
          "3.com4",
          "<name>",
          "<_>");

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void filter_minedPattern_findsItsLines(int seed) {
    Random random = new Random(seed);
    List<byte[]> lines = new ArrayList<>();
    for (int shape = 0; shape < 40; shape++) {
      List<String> parts = parts(random);
      for (int i = 0; i < 12; i++) {
        lines.add(vary(parts, random).getBytes(StandardCharsets.UTF_8));
      }
    }

    assertThat(assertEachPatternFindsItsLines(lines)).isGreaterThan(30);
  }

  @Test
  void filter_brokenText_findsItsLines() {
    byte[] broken = "größe a b c".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(assertEachPatternFindsItsLines(List.of(broken, broken))).isEqualTo(1);
  }

  @Test
  void filter_lineLongerThanWhatIsLookedAt_isFound() {
    List<byte[]> lines = new ArrayList<>();
    for (int length = 190; length < 210; length++) {
      lines.add("a b.".repeat(100).substring(0, length).getBytes(StandardCharsets.UTF_8));
    }
    assertThat(assertEachPatternFindsItsLines(lines)).isPositive();
  }

  private static List<String> parts(Random random) {
    List<String> parts = new ArrayList<>();
    int length = 1 + random.nextInt(20);
    for (int i = 0; i < length; i++) {
      if (random.nextInt(3) > 0) {
        parts.add(WORDS.get(random.nextInt(WORDS.size())));
      }
      parts.add(piece(random));
      if (random.nextInt(4) == 0) {
        parts.add(piece(random));
      }
    }
    return parts;
  }

  private static String piece(Random random) {
    return String.valueOf(PIECES.charAt(random.nextInt(PIECES.length())));
  }

  /** Returns the line with another word here and there. */
  private static String vary(List<String> parts, Random random) {
    StringBuilder line = new StringBuilder();
    for (String part : parts) {
      boolean isWord = part.length() > 1 || Character.isLetterOrDigit(part.charAt(0));
      line.append(
          isWord && random.nextInt(5) == 0 ? WORDS.get(random.nextInt(WORDS.size())) : part);
    }
    return line.toString();
  }

  /** Checks the patterns as they are stored and as they are answered; returns how many. */
  private static int assertEachPatternFindsItsLines(List<byte[]> lines) {
    ColumnBlock block = block(lines);
    PatternMerge merge = new PatternMerge();
    new PatternMiner(CONFIG, new PatternBudget(CONFIG.maxMemory()), Labels.EMPTY)
        .mine(block)
        .samples()
        .forEach(merge::add);
    List<PatternSamples> patterns = merge.patterns();
    assertThat(patterns.stream().mapToLong(PatternSamples::total).sum()).isEqualTo(lines.size());
    patterns.forEach(pattern -> assertFindsItsLines(block, pattern));
    merge.joined().forEach(pattern -> assertFindsItsLines(block, pattern));
    return patterns.size();
  }

  private static void assertFindsItsLines(ColumnBlock block, PatternSamples pattern) {
    Set<Long> found = matchingSeconds(block, pattern.pattern());
    for (long second : pattern.seconds()) {
      assertThat(found.contains(second))
          .as("|> `%s` finds line %d: %s", pattern.pattern(), second, line(block, (int) second))
          .isTrue();
    }
  }

  private static String line(ColumnBlock block, int row) {
    int start = block.lineOffsets()[row];
    return new String(
        block.lines(), start, block.lineOffsets()[row + 1] - start, StandardCharsets.UTF_8);
  }

  private static Set<Long> matchingSeconds(ColumnBlock block, String pattern) {
    String quoted = "\"" + pattern.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    LogExpr query = (LogExpr) Parser.parse("{app=\"a\"} |> " + quoted);
    QueryResult result =
        new QueryEngine(new EngineLimits(10, 64L << 20, false), Runnable::run, 1)
            .execute(
                new QueryRequest(query, 0, block.size() * SECOND, 0, 0, block.size(), true, false),
                (List<LabelMatcher> _, long _, long _, ReadRoom _) ->
                    List.of(new StreamBlocks(Labels.of("app", "a"), List.of(block))),
                new QueryStatistics(),
                Cancellation.none());
    Set<Long> seconds = new HashSet<>();
    for (QueryResult.Stream stream : ((QueryResult.Streams) result).streams()) {
      stream.entries().forEach(entry -> seconds.add(entry.timestampNanos() / SECOND));
    }
    return seconds;
  }

  private static ColumnBlock block(List<byte[]> lines) {
    int size = lines.size();
    long[] timestamps = new long[size];
    int[] offsets = new int[size + 1];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < size; i++) {
      timestamps[i] = i * SECOND;
      bytes.writeBytes(lines.get(i));
      offsets[i + 1] = bytes.size();
    }
    return ColumnBlock.of(
        size, timestamps, offsets, bytes.toByteArray(), new int[size], new MetadataTable());
  }
}
