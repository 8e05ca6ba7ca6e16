package io.skald.logql.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import io.skald.logql.TemplatedBlock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockFilterTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "|= `ab`",
        "|= `a` or `bb`",
        "!= `ab`",
        "!= `a` != `bb`",
        "|= `a` != `bb` |~ `c.b`",
        "|~ `ab|bc|ca`",
        "|~ `(?i)AB.*c`",
        "!~ `a|b`",
        "!~ `a.c`",
        "|> `<_>ab<_>`",
        "!> `<_>a`",
        "|~ `[abc]{3}`",
        "|= ip(`1.2.3.4`)",
        "|= ``",
        "!= ``",
        "|~ `^$`",
        "|= `abcab`"
      })
  void select_randomLines_agreesWithLineByLine(String filters) {
    Random random = new Random(11);
    Pipeline pipeline = Pipeline.compile(Stages.parse(filters));
    BlockFilter filter = pipeline.blockFilter();
    LineProcessor processor = pipeline.forStream(Labels.EMPTY);
    for (int round = 0; round < 300; round++) {
      BlockView block = block(randomLines(random, 1 + random.nextInt(60)));
      int from = random.nextInt(block.size() + 1);
      int to = from + random.nextInt(block.size() - from + 1);
      int[] selected = new int[block.size()];

      int count = filter.select(block, from, to, selected);

      List<Integer> expected = new ArrayList<>();
      for (int i = from; i < to; i++) {
        int start = block.lineOffsets()[i];
        int length = block.lineOffsets()[i + 1] - start;
        if (processor.process(0, block.lines(), start, length, Labels.EMPTY)) {
          expected.add(i);
        }
      }
      assertThat(Arrays.stream(selected, 0, count).boxed().toList())
          .as("round %d", round)
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "|= `user`",
        "|= `user-1`",
        "|= `7`",
        "|= `e`",
        "|= `ff`",
        "|= ` ab`",
        "|= `=a1b2 `",
        "|= `(?i)USER`",
        "|~ `(?i)X9y`",
        "|~ `(?i)ab`",
        "|= `: `",
        "!= `user`",
        "!= `1`",
        "!= `00ff`",
        "|= `user` != `error` |~ `id=[0-9]`",
        "|~ `user|error|x9`",
        "!~ `user|error`",
        "|~ `user.*[a-z]`",
        "|~ `user-\\d+$`",
        "|~ `^id=\\w+`",
        "!~ `(?i)error.*(user|id)`",
        "|~ `e[0-9]*r|[5-9]`",
        "|~ `\\buser\\b`",
        "|~ `x?7`",
        "|~ `^[^u]*$`",
        "!~ `(?i)user.*[0-9]`",
        "|> `<_>user<_>`",
        "!> `<_>user`",
        "|= ip(`10.0.0.1`)",
        "|= `\u0001`",
        "!= `\u0000`",
        "|= `q1w2e3r4` or `error`"
      })
  void select_templates_agreesWithLineByLine(String filters) {
    long seed = 13;
    Random random = new Random(seed);
    BlockFilter filter = Pipeline.compile(Stages.parse(filters)).blockFilter();
    for (int round = 0; round < 300; round++) {
      BlockView block = block(randomLogLines(random, 1 + random.nextInt(60)));
      int from = random.nextInt(block.size() + 1);
      int to = from + random.nextInt(block.size() - from + 1);
      int[] expected = new int[block.size()];
      int expectedCount = filter.select(block, from, to, expected);
      int[] selected = new int[block.size()];

      int count = filter.select(TemplatedBlock.of(block), from, to, selected);

      assertThat(Arrays.copyOf(selected, count))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(Arrays.copyOf(expected, expectedCount));
    }
  }

  private static List<String> randomLogLines(Random random, int size) {
    String[] words = {
      "user-",
      "user",
      "error",
      "id=",
      " ",
      ": ",
      "00ff00ff00ff00ff",
      "ab00ff12cd34ef5601ab",
      "x9y8",
      "q1w2e3r4",
      "USER",
      "a1b2",
      "10.0.0.1",
      "e",
      "é",
      "7",
      "12",
      "-",
      "\n"
    };
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      StringBuilder line = new StringBuilder();
      for (int length = random.nextInt(8); length > 0; length--) {
        line.append(words[random.nextInt(words.length)]);
        line.append(random.nextInt(3) == 0 ? "" + random.nextInt(200) : "");
      }
      lines.add(line.toString());
    }
    return lines;
  }

  @Test
  void select_literalAcrossLines_isNotInAnyLine() {
    BlockView block = block(List.of("xa", "bx", "ab", "", "a", "b"));
    int[] selected = new int[6];

    int count = filter("|= `ab`").select(block, 0, 6, selected);

    assertThat(Arrays.copyOf(selected, count)).containsExactly(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          |= `needle`                    -> true
          |= `present`                   -> false
          |= `present` |= `needle`       -> true
          |= `needle` or `present`       -> false
          |= `needle` or `other`         -> true
          |~ `present.*needle`           -> true
          |~ `x(needle|other)y`          -> true
          |> `<_>needle<_>`              -> true
          |= `nee`                       -> false
          != `needle`                    -> false
          |~ `(?i)needle`                -> false
          |~ `(?i)a-12345-z`             -> true
          |~ `[a-z]+`                    -> false
          """)
  void canSkip_literals_decide(String filters, boolean expected) {
    assertThat(filter(filters).canSkip(new BlockWithout("present"))).isEqualTo(expected);
  }

  @Test
  void blockFilter_lineFiltersBehindParser_areMovedForward() {
    Pipeline pipeline =
        Pipeline.compile(
            Stages.parse("| json | a=`1` |= `x` | line_format `{{.b}}` != `y` | logfmt |= `z`"));
    int[] selected = new int[2];

    assertThat(pipeline.onlyLineFilters()).isFalse();
    assertThat(pipeline.blockFilter().select(block(List.of("x", "z")), 0, 2, selected))
        .isEqualTo(1);
    assertThat(pipeline.afterBlockFilter().blockFilter().isEmpty()).isTrue();
  }

  @Test
  void pipeline_filtersThatPassEverything_areGone() {
    assertThat(Pipeline.compile(Stages.parse("|= `` |~ `.*`")).isPassThrough()).isTrue();
    assertThat(Pipeline.compile(Stages.parse("|= `a`")).isPassThrough()).isFalse();
    assertThat(Pipeline.compile(Stages.parse("|= `a`")).onlyLineFilters()).isTrue();
    assertThat(Pipeline.compile(Stages.parse("|= `a`")).afterBlockFilter().isPassThrough())
        .isTrue();
  }

  private static BlockFilter filter(String filters) {
    return Pipeline.compile(Stages.parse(filters)).blockFilter();
  }

  private static List<String> randomLines(Random random, int count) {
    String[] parts = {"a", "b", "c", "A", " ", "1.2.3.4", "é"};
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder line = new StringBuilder();
      int length = random.nextInt(random.nextInt(3) == 0 ? 40 : 5);
      for (int j = 0; j < length; j++) {
        line.append(parts[random.nextInt(random.nextInt(4) == 0 ? parts.length : 3)]);
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private static BlockView block(List<String> lines) {
    int[] offsets = new int[lines.size() + 1];
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      all.append(lines.get(i));
      offsets[i + 1] = all.toString().getBytes(StandardCharsets.UTF_8).length;
    }
    return ColumnBlock.of(
        lines.size(),
        new long[lines.size()],
        offsets,
        all.toString().getBytes(StandardCharsets.UTF_8),
        new int[lines.size()],
        new MetadataTable());
  }

  /** A block that may hold one literal only; reading its lines fails. */
  private record BlockWithout(String present) implements BlockView {
    @Override
    public boolean mayContain(byte[] literal) {
      return new String(literal, StandardCharsets.UTF_8).equals(present);
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public long minTimestamp() {
      return 0;
    }

    @Override
    public long maxTimestamp() {
      return 0;
    }

    @Override
    public long lineBytes() {
      return 0;
    }

    @Override
    public long[] timestamps() {
      return new long[1];
    }

    @Override
    public int[] lineOffsets() {
      throw new AssertionError("lines were read");
    }

    @Override
    public byte[] lines() {
      throw new AssertionError("lines were read");
    }

    @Override
    public int[] metadataIds() {
      return new int[1];
    }

    @Override
    public MetadataTable metadata() {
      return new MetadataTable();
    }
  }
}
