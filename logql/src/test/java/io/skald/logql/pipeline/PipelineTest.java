package io.skald.logql.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.Grouping;
import io.skald.logql.syntax.ParseException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PipelineTest {
  private static final String MALFORMED = "{\"a\":\"1\",\"b\":";

  // Labels by category.

  @Test
  void labels_categories_areKeptApart() {
    LineProcessor processor =
        process(
            "| logfmt | label_format site=`{{.tug}}`, boat=tug | drop k",
            Labels.of("app", "pilot", "site", "north"),
            Labels.of("app", "m", "k", "v", "t", "1"),
            "tug=T1 app=x");

    assertThat(processor.labels().stream()).isEqualTo(Labels.of("app", "pilot"));
    assertThat(processor.labels().structuredMetadata()).isEqualTo(Labels.of("t", "1"));
    assertThat(processor.labels().parsed())
        .isEqualTo(Labels.of("app_extracted", "x", "boat", "T1", "site", "T1"));
    assertThat(processor.labels().all())
        .isEqualTo(
            Labels.of("app", "pilot", "app_extracted", "x", "boat", "T1", "site", "T1", "t", "1"));
  }

  @Test
  void labels_metadataWithTheNameOfAStreamLabel_getsASuffix() {
    LineProcessor processor =
        process(
            "",
            Labels.of("app", "a", "app_extracted", "b"),
            Labels.of("app", "c", "x", "d"),
            "");

    assertThat(processor.labels().all())
        .isEqualTo(
            Labels.of(
                "app", "a", "app_extracted", "b", "app_extracted_extracted", "c", "x", "d"));
  }

  @Test
  void labels_metadataError_isTheErrorSlot() {
    LineProcessor processor =
        process("| x=`1`", Labels.EMPTY, Labels.of("__error__", "E", "x", "1"), "");

    assertThat(processor.labels().hasError()).isTrue();
    assertThat(processor.labels().parsed()).isEqualTo(Labels.of("__error__", "E"));
    assertThat(processor.labels().structuredMetadata()).isEqualTo(Labels.of("x", "1"));
  }

  @Test
  void group_byAndWithout_omitAbsentLabels() {
    LineProcessor processor =
        process("| logfmt", Labels.of("app", "a"), Labels.EMPTY, "x=1 y=2");
    LabelView labels = processor.labels();

    assertThat(labels.group(new Grouping(false, List.of("y", "app", "zz", "y"))))
        .isEqualTo(Labels.of("app", "a", "y", "2"));
    assertThat(labels.group(new Grouping(true, List.of("y", "zz"))))
        .isEqualTo(Labels.of("app", "a", "x", "1"));
    assertThat(labels.group(new Grouping(false, List.of()))).isEqualTo(Labels.EMPTY);
    assertThat(labels.without("x")).isEqualTo(Labels.of("app", "a", "y", "2"));
  }

  @Test
  void group_repeatedLabels_areTheSameObject() {
    Pipeline pipeline =
        Pipeline.compile(Stages.parse("| json"), LabelNeeds.of(Set.of("status")));
    LineProcessor processor = pipeline.forStream(Labels.of("app", "a"));
    Grouping grouping = new Grouping(false, List.of("status"));

    Labels first = group(processor, "{\"id\":1,\"status\":200}", grouping);
    Labels other = group(processor, "{\"id\":2,\"status\":404}", grouping);

    assertThat(first).isEqualTo(Labels.of("status", "200"));
    assertThat(other).isEqualTo(Labels.of("status", "404"));
    assertThat(group(processor, "{\"id\":3,\"status\":200}", grouping)).isSameAs(first);
  }

  private static Labels group(LineProcessor processor, String line, Grouping grouping) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    assertThat(processor.process(0, bytes, 0, bytes.length, Labels.EMPTY)).isTrue();
    return processor.labels().group(grouping);
  }

  @Test
  void process_nextEntry_startsAfresh() {
    LineProcessor processor =
        Pipeline.compile(Stages.parse("| logfmt | drop app, k | keep a, b"))
            .forStream(Labels.of("app", "x", "b", "s"));
    byte[] first = "a=1 x".getBytes(StandardCharsets.UTF_8);
    byte[] second = "c=2".getBytes(StandardCharsets.UTF_8);

    processor.process(0, first, 0, first.length, Labels.of("k", "1"));
    assertThat(processor.labels().all()).isEqualTo(Labels.of("a", "1", "b", "s"));
    processor.process(0, second, 0, second.length, Labels.of("b", "2"));
    assertThat(processor.labels().all()).isEqualTo(Labels.of("b", "s"));
    assertThat(processor.labels().get("app")).isNull();
  }

  // Names.

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          {"a":{"":1,"2b":{"c-d":3}},"":{"9x":4}}   -> {_9x="4", a="1", a_2b_c_d="3"}
          {"\\u00a0 k \\u2003":1}                   -> {k="1"}
          {"a b":1,"é":2}                           -> {_="2", a_b="1"}
          {"\\u0061":1,"\\q":2}                     -> ERR {a="1"}
          {"a":{"b":1x},"c":2}                      -> {a_b="1x", c="2"}
          {"a":{"b":tru},"c":2}                     -> ERR {}
          """)
  void json_keys_becomeNames(String line, String expected) {
    String labels = Stages.labels("| json | drop __error_details__", line);

    assertThat(labels.replaceFirst("^\\{__error__=\"JSONParserErr\"(, )?", "ERR {"))
        .isEqualTo(expected);
  }

  @Test
  void json_invalidUtf8_becomesSpaces() {
    byte[] line = {'{', '"', 'a', '"', ':', '"', 'x', (byte) 0xFF, (byte) 0xE0, 'y', '"', '}'};
    LineProcessor processor = Pipeline.compile(Stages.parse("| json")).forStream(Labels.EMPTY);

    assertThat(processor.process(0, line, 0, line.length, Labels.EMPTY)).isTrue();
    assertThat(processor.labels().get("a")).isEqualTo("x  y");
  }

  @Test
  void json_metadataOfTheSameName_takesTheName() {
    assertThat(
            Stages.run(
                    "| json | drop k | json",
                    Labels.EMPTY,
                    Labels.of("k", "m"),
                    "{\"k\":\"1\"}")
                .labels())
        .isEqualTo("{k=\"1\", k_extracted=\"1\"}");
  }

  // Order of stages.

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          | decolorize |= `31m`                           -> true
          | decolorize | a=`` |= `31m`                    -> false
          | decolorize |= `31m` | a=`` |= `31m`           -> false
          | decolorize | a=`` |= `red` | b=`` |= `red`    -> true
          | decolorize | line_format `{{__line__}}` |= `31m` -> false
          | decolorize | drop x | logfmt |= `31m`         -> true
          | unpack | decolorize |= `31m`                  -> true
          """)
  void lineFilter_behindDecolorize_seesColours(String stages, boolean kept) {
    Stages.Outcome outcome =
        Stages.run(stages, Labels.EMPTY, Labels.EMPTY, "\u001B[31mred\u001B[0m");

    assertThat(!outcome.equals(Stages.DROPPED)).isEqualTo(kept);
  }

  // Needs.

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          | json                     -> a   -> {a="1"}
          | json                     -> b   -> {__error__="JSONParserErr", a="x"}
          | json | __error__!=""     -> a   -> {__error__="JSONParserErr", __preserve_error__="true", a="1"}
          | logfmt --strict          -> zz  -> {__error__="LogfmtParserErr"}
          """)
  void compile_knownNeeds_stopsEarly(String stages, String need, String expected) {
    Pipeline pipeline = Pipeline.compile(Stages.parse(stages), LabelNeeds.of(Set.of(need)));
    String labels =
        Stages.run(pipeline, Labels.EMPTY, Labels.EMPTY, MALFORMED)
            .labels()
            .replaceFirst("__error_details__=\"(?:[^\"\\\\]|\\\\.)*\"(, )?", "");

    assertThat(labels.replace(", }", "}"))
        .isEqualTo(need.equals("b") ? "{__error__=\"JSONParserErr\"}" : expected);
  }

  @Test
  void compile_noNeeds_leavesParsersOut() {
    Pipeline pipeline =
        Pipeline.compile(Stages.parse("| json | logfmt --strict |= `a`"), LabelNeeds.of(Set.of()));

    assertThat(pipeline.onlyLineFilters()).isTrue();
    assertThat(Stages.run(pipeline, Labels.EMPTY, Labels.EMPTY, MALFORMED).labels())
        .isEqualTo("{}");
  }

  @Test
  void compile_noNeedsWithUnpack_stillUnpacksTheLine() {
    Pipeline pipeline =
        Pipeline.compile(Stages.parse("| unpack |= `inner`"), LabelNeeds.of(Set.of()));

    assertThat(
            Stages.run(
                pipeline, Labels.EMPTY, Labels.EMPTY, "{\"_entry\":\"inner\",\"pod\":\"p\"}"))
        .isEqualTo(new Stages.Outcome("{}", "inner"));
    assertThat(Stages.run(pipeline, Labels.EMPTY, Labels.EMPTY, "inner").labels())
        .isEqualTo("{}");
  }

  @Test
  void compile_stagesReadLabels_theyAreNeeded() {
    Pipeline pipeline =
        Pipeline.compile(
            Stages.parse("| json | n > 1 | label_format z=y, w=`{{.v}}` | line_format `{{.l}}`"),
            LabelNeeds.of(Set.of("z")));
    String line = "{\"n\":2,\"y\":\"Y\",\"v\":\"V\",\"l\":\"L\",\"other\":1}";

    assertThat(Stages.run(pipeline, Labels.EMPTY, Labels.EMPTY, line))
        .isEqualTo(
            new Stages.Outcome("{l=\"L\", n=\"2\", v=\"V\", w=\"V\", z=\"Y\"}", "L"));
  }

  @Test
  void compile_nestedNeed_entersItsObjectOnly() {
    Pipeline pipeline =
        Pipeline.compile(Stages.parse("| json"), LabelNeeds.of(Set.of("a_b_c", "x_extracted")));

    assertThat(
            Stages.run(
                    pipeline,
                    Labels.of("x", "s"),
                    Labels.EMPTY,
                    "{\"z\":{\"b\":tru},\"a\":{\"b\":{\"c\":1,\"d\":2}},\"x\":3}")
                .labels())
        .isEqualTo("{a_b_c=\"1\", x=\"s\", x_extracted=\"3\"}");
  }

  @Test
  void group_errorNobodyAsksFor_keepsAllLabels() {
    Pipeline pipeline =
        Pipeline.compile(Stages.parse("| logfmt | n > 1"), LabelNeeds.of(Set.of("app")));
    LineProcessor processor = pipeline.forStream(Labels.of("app", "a"));
    byte[] line = "n=x m=1".getBytes(StandardCharsets.UTF_8);

    assertThat(processor.process(0, line, 0, line.length, Labels.EMPTY)).isTrue();
    assertThat(processor.labels().group(new Grouping(false, List.of("app"))))
        .isEqualTo(
            Labels.of(
                "__error__", "LabelFilterErr",
                "__error_details__", "strconv.ParseFloat: parsing \"x\": invalid syntax",
                "app", "a",
                "n", "x"));
  }

  // Label filters.

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          n > 1                    -> n=2      -> kept
          n > 1                    -> n=-2.5   -> dropped
          n >= 1e1                 -> n=0x1p4  -> kept
          n == 1.10                -> n=1.1    -> kept
          n > 1                    -> m=2      -> dropped
          n > 1                    -> n=x      -> LabelFilterErr
          n > 1 and d > 1s         -> n=0 d=x  -> dropped
          n > 1 or d > 1s          -> n=2 d=x  -> kept
          n > 1 or d > 1s          -> n=0 d=x  -> LabelFilterErr
          s >= 1GiB                -> s=1GiB   -> dropped
          s >= 1GB                 -> s=1GiB   -> kept
          d > 1m                   -> d=1m30s  -> kept
          a =~ `fo.`               -> a=foo    -> kept
          a =~ `fo.`               -> a=xfoo   -> dropped
          a !~ `fo.`               -> a=xfoo   -> kept
          ip = ip(`10.0.0.0/8`)    -> ip=10.1.2.3:80 -> kept
          ip != ip(`10.0.0.0/8`)   -> a=1      -> dropped
          """)
  void filter_line_isKeptDroppedOrMarked(String filter, String line, String expected) {
    Stages.Outcome outcome =
        Stages.run("| logfmt | " + filter, Labels.EMPTY, Labels.EMPTY, line);
    String result =
        outcome.equals(Stages.DROPPED)
            ? "dropped"
            : outcome.labels().contains("LabelFilterErr") ? "LabelFilterErr" : "kept";

    assertThat(result).isEqualTo(expected);
  }

  // Errors.

  @Test
  void drop_error_leavesDetailsOnlyBesideOtherLabels() {
    assertThat(Stages.labels("| json | drop __error__", "nope")).isEqualTo("{}");
    assertThat(Stages.labels("| json | drop __error__", MALFORMED))
        .isEqualTo("{__error_details__=\"Malformed JSON error\", a=\"1\"}");
    assertThat(Stages.labels("| json | drop __error__=`other`", MALFORMED))
        .contains("JSONParserErr");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '~',
      textBlock =
          """
          |~ "("                     # error parsing regexp: missing closing ): `(`
          |= "a" or ip("1.2.3")      # ip: invalid pattern: "1.2.3"
          | json a="b["              # cannot parse expression [b[]: syntax error: unexpected $end, expecting STRING or INDEX
          | line_format "{{.a"       # invalid line template: template: line:1: unclosed action
          """)
  void compile_invalidStage_namesIt(String stage, String cause) {
    assertThatThrownBy(() -> Pipeline.compile(Stages.parse(stage)))
        .isInstanceOf(ParseException.class)
        .hasMessage("parse error : stage '" + stage + "' : " + cause);
  }

  private static LineProcessor process(
      String stages, Labels stream, Labels metadata, String line) {
    LineProcessor processor = Pipeline.compile(Stages.parse(stages)).forStream(stream);
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    assertThat(processor.process(0, bytes, 0, bytes.length, metadata)).isTrue();
    return processor;
  }
}
