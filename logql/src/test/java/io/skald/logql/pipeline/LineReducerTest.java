package io.skald.logql.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.LineTemplates;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import io.skald.logql.TemplatedBlock;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineReducerTest {
  private static final Labels STREAM = Labels.of("app", "x", "status", "stream");

  private static LineTemplates templates(List<String> lines) {
    int[] offsets = new int[lines.size() + 1];
    for (int i = 0; i < lines.size(); i++) {
      offsets[i + 1] = offsets[i] + lines.get(i).length();
    }
    byte[] bytes = String.join("", lines).getBytes(StandardCharsets.ISO_8859_1);
    BlockView block =
        ColumnBlock.of(
            lines.size(),
            new long[lines.size()],
            offsets,
            bytes,
            new int[lines.size()],
            new MetadataTable());
    return Objects.requireNonNull(TemplatedBlock.of(block).templates());
  }

  private static LineTemplates.Lines reduced(LineReducer reducer, LineTemplates templates) {
    int count = templates.ofEntries().length;
    int[] entries = IntStream.range(0, count).toArray();
    return templates.lines(entries, count, reducer.parts(templates, entries, count));
  }

  private static Pipeline pipeline(String stages, String... needs) {
    return Pipeline.compile(Stages.parse(stages), LabelNeeds.of(List.of(needs)));
  }

  private static String reduce(Pipeline pipeline, String line) {
    LineReducer reducer = Objects.requireNonNull(pipeline.lineReducer());
    LineTemplates.Lines lines = reduced(reducer, templates(List.of(line)));
    return new String(lines.bytes(), 0, lines.offsets()[1], StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          {"a":1,"status":200,"b":"x"}                 -> {"status":200}
          {"status":200,"b":{"c":[1,2]},"status":3}    -> {"status":200,"status":3}
          { "a" : 1 , "status" : 7 }                   -> {"status" : 7}
          {"a":1}                                      -> {}
          {}                                           -> {}
          {"a":"}","status":"00ab12cd34ef56ab"}        -> {"status":"00ab12cd34ef56ab"}
          {"stat":{"x":1},"stat2":3,"statusx":4}       -> {"stat":{"x":1},"stat2":3}
          {"a\\u0031":1,"b":2}                         -> {"a\\u0031":1}
          {"a":1,"status":200                          -> {"a":1,"status":200
          {"a":b1b2,"status":200}                      -> {"a":b1b2,"status":200}
          {"a":1,,"status":200}                        -> {"a":1,,"status":200}
          plain 12                                     -> plain 12
          """)
  void json_keepsWhatMayBeNeeded_orTheWholeLine(String line, String parts) {
    assertThat(reduce(pipeline("| json", "status"), line)).isEqualTo(parts);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          a=1 status=200 b=x              -> `status=200 `
          a=1 status=200                  -> status=200
          a="x y"status="1 2"b=3          -> status="1 2"
          a b status c                    -> `status `
          a=1 k7=2 b=3                    -> `k7=2 `
          a="\\u0041" status=2            -> a="\\u0041" status=2
          a="\\n 1" status=2              -> a="\\n 1" status=2
          a="\\n" status=2                -> status=2
          a==1 status=2                   -> a==1 status=2
          """)
  void logfmt_keepsWhatMayBeNeeded_orTheWholeLine(String line, String parts) {
    assertThat(reduce(pipeline("| logfmt", "status"), line)).isEqualTo(parts);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "| json | line_format `{{.a}}`",
        "| json | logfmt",
        "| regexp `(?P<a>x)`",
        "| pattern `<a> `",
        "| unpack",
        "| decolorize",
        "| json a=`b`",
        "| logfmt a=`b`",
        "| label_format a=`{{__line__}}`",
        "| a=`1` |= `x`"
      })
  void of_stagesThatLookAtTheLine_none(String stages) {
    assertThat(pipeline(stages, "a").lineReducer()).isNull();
  }

  @Test
  void of_parserWhenAllLabelsAreNeeded_none() {
    assertThat(Pipeline.compile(Stages.parse("| json")).lineReducer()).isNull();
  }

  @Test
  void parts_noStageLooksAtTheLine_nothing() {
    Pipeline pipeline = Pipeline.compile(Stages.parse("| app=`x` | drop status"));

    assertThat(reduce(pipeline, "a=1")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "| json",
        "| json | status >= 300",
        "| json | status=`200` or a=`1`",
        "| json | a_b != `` | drop __error__",
        "| logfmt",
        "| logfmt --strict",
        "| logfmt --keep-empty | status=``",
        "| logfmt | status > 1 | a=~`[0-9]+`",
        "| logfmt | __error__=`` | label_format b=a",
        "| json | __error__!=``"
      })
  void process_partsOfRandomLines_asTheWholeLines(String stages) {
    long seed = 5;
    Random random = new Random(seed);
    String[] names = {"status", "a", "a_b", "b", "status_extracted"};
    int shorter = 0;
    for (int round = 0; round < 400; round++) {
      Pipeline pipeline = pipeline(stages, names[random.nextInt(5)], names[random.nextInt(5)]);
      LineReducer reducer = Objects.requireNonNull(pipeline.lineReducer());
      List<String> lines =
          IntStream.range(0, 1 + random.nextInt(30))
              .mapToObj(_ -> stages.contains("json") ? json(random) : logfmt(random))
              .toList();
      LineTemplates.Lines parts = reduced(reducer, templates(lines));
      for (int i = 0; i < lines.size(); i++) {
        byte[] line = lines.get(i).getBytes(StandardCharsets.ISO_8859_1);
        int start = parts.offsets()[i];
        int length = parts.offsets()[i + 1] - start;
        shorter += length < line.length ? 1 : 0;
        Labels metadata = random.nextInt(4) == 0 ? Labels.of("a", "meta") : Labels.EMPTY;

        assertThat(outcome(pipeline, parts.bytes(), start, length, metadata, names))
            .as("seed %d, round %d: %s", seed, round, lines.get(i))
            .isEqualTo(outcome(pipeline, line, 0, line.length, metadata, names));
      }
    }
    assertThat(shorter).isGreaterThan(100);
  }

  /** What the pipeline tells somebody who needs the labels that it was compiled for. */
  private static String outcome(
      Pipeline pipeline, byte[] area, int start, int length, Labels metadata, String[] names) {
    LineProcessor processor = pipeline.forStream(STREAM);
    if (!processor.process(0, area, start, length, metadata)) {
      return "dropped";
    }
    StringBuilder outcome = new StringBuilder("error " + processor.labels().hasError());
    for (String name : names) {
      @Nullable String value = processor.labels().get(name);
      outcome.append(' ').append(name).append('=').append(value);
    }
    return outcome.toString();
  }

  private static String value(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> "";
      case 1 -> "abc";
      case 2 -> "007";
      case 3 -> "00ff12ab34cd56ef";
      case 4 -> "x1y2z3";
      case 5 -> "1.5e3";
      case 6 -> "-" + random.nextInt(100);
      default -> "" + random.nextInt(600);
    };
  }

  private static String key(Random random) {
    return List.of("status", "a", "b", "a b", "c", "statusx", "k1", "app", "a_b", "ü")
        .get(random.nextInt(10));
  }

  private static String json(Random random) {
    StringBuilder line = new StringBuilder(random.nextInt(8) == 0 ? " {" : "{");
    for (int members = random.nextInt(5); members >= 0; members--) {
      line.append('"').append(random.nextInt(20) == 0 ? "\\u0061" : key(random)).append("\":");
      line.append(
          switch (random.nextInt(9)) {
            case 0 -> "{\"b\":" + random.nextInt(9) + ",\"x\":\"" + value(random) + "\"}";
            case 1 -> "[1,{\"a\":2}]";
            case 2 -> "null";
            case 3 -> value(random);
            case 4 -> "\"" + value(random) + "\\\"" + value(random) + "\"";
            case 5 -> "\"\\u00" + random.nextInt(10, 100) + "\"";
            default -> "\"" + value(random) + "\"";
          });
      line.append(members > 0 ? random.nextInt(5) == 0 ? " , " : "," : "");
    }
    line.append(random.nextInt(15) == 0 ? "" : "}");
    if (random.nextInt(15) == 0) {
      line.deleteCharAt(random.nextInt(line.length()));
    }
    return line.toString();
  }

  private static String logfmt(Random random) {
    StringBuilder line = new StringBuilder();
    for (int pairs = random.nextInt(6); pairs > 0; pairs--) {
      line.append(key(random));
      line.append(
          switch (random.nextInt(9)) {
            case 0 -> "";
            case 1 -> "=";
            case 2 -> "=\"" + value(random) + " " + value(random) + "\"";
            case 3 -> "=\"\\u00" + random.nextInt(10, 100) + "\"";
            case 4 -> "=\"\\" + random.nextInt(3) + "\"";
            default -> "=" + value(random);
          });
      line.append(random.nextInt(12) == 0 ? "" : random.nextInt(9) == 0 ? "\n " : " ");
    }
    if (line.length() > 0 && random.nextInt(10) == 0) {
      line.insert(random.nextInt(line.length()), List.of("=", "\"", " ").get(random.nextInt(3)));
    }
    return line.toString();
  }
}
