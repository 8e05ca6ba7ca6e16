package io.skald.logql.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.Grouping;
import io.skald.logql.syntax.LogRange;
import io.skald.logql.syntax.MetricExpr;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnwrapperTest {
  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          v                                  -> v=1.5      -> 1.5
          v                                  -> v=-0x1p4   -> -16.0
          v                                  -> v=Inf      -> Infinity
          v                                  -> v=1_000    -> 1000.0
          v                                  -> v=12345678901234567890 -> 1.2345678901234567E19
          v                                  -> w=1        -> skipped
          bytes(v)                           -> v=1.5KB    -> 1500.0
          duration(v)                        -> v=1m30s    -> 90.0
          duration_seconds(v)                -> v=250ms    -> 0.25
          v                                  -> v=abc      -> 0.0
          v | __error__=``                   -> v=abc      -> skipped
          v | w > 1                          -> v=1 w=0    -> skipped
          v | w > 1                          -> v=1 w=2    -> 1.0
          """)
  void unwrap_value_isConverted(String unwrap, String line, String expected) {
    Run run = new Run(unwrap, line);

    assertThat(run.kept ? String.valueOf(run.unwrapper.value()) : "skipped").isEqualTo(expected);
  }

  @Test
  void unwrap_number_leavesTheLabelOut() {
    Run run = new Run("v | w=`1`", "v=2 w=1");
    LabelView labels = run.processor.labels();

    assertThat(labels.all()).isEqualTo(Labels.of("app", "a", "w", "1"));
    assertThat(labels.parsed()).isEqualTo(Labels.of("w", "1"));
    assertThat(labels.group(new Grouping(true, List.of("w")))).isEqualTo(Labels.of("app", "a"));
    assertThat(labels.group(new Grouping(false, List.of("v")))).isEqualTo(Labels.of("v", "2"));
  }

  @Test
  void unwrap_noNumber_keepsTheLabelAndSaysWhy() {
    Run run = new Run("v", "v=abc w=1");

    assertThat(run.kept).isTrue();
    assertThat(run.processor.labels().all())
        .isEqualTo(
            Labels.of(
                "__error__", "SampleExtractionErr",
                "__error_details__", "strconv.ParseFloat: parsing \"abc\": invalid syntax",
                "app", "a",
                "v", "abc",
                "w", "1"));
  }

  @Test
  void compile_invalidFilter_namesIt() {
    assertThatThrownBy(() -> Unwrapper.compile(parse("v | a=ip(`x`)")))
        .isInstanceOf(ParseException.class)
        .hasMessage("parse error : stage '| a=ip(\"x\")' : ip: invalid pattern: \"x\"");
  }

  private static LogRange.Unwrap parse(String unwrap) {
    MetricExpr.RangeAggregation range =
        (MetricExpr.RangeAggregation)
            Parser.parse("sum_over_time({app=\"a\"} | unwrap " + unwrap + " [1m])");
    return Objects.requireNonNull(range.range().unwrap());
  }

  private static final class Run {
    private final LineProcessor processor;
    private final Unwrapper unwrapper;
    private final boolean kept;

    Run(String unwrap, String line) {
      processor = Pipeline.compile(Stages.parse("| logfmt")).forStream(Labels.of("app", "a"));
      unwrapper = Unwrapper.compile(parse(unwrap));
      byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
      processor.process(0, bytes, 0, bytes.length, Labels.EMPTY);
      kept = unwrapper.unwrap(processor);
    }
  }
}
