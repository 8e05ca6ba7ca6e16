package io.skald.logql.fuzz;

import com.google.re2j.Pattern;
import io.skald.common.model.Labels;
import io.skald.logql.pipeline.LineProcessor;
import io.skald.logql.pipeline.Pipeline;
import io.skald.logql.pipeline.json.JsonPath;
import io.skald.logql.pipeline.match.CapturePattern;
import io.skald.logql.pipeline.match.IpPattern;
import io.skald.logql.pipeline.match.LineTest;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.Formatter;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.MetricExpr;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import io.skald.logql.syntax.Stage;
import io.skald.logql.template.Template;
import io.skald.logql.template.TemplateException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/**
 * One target for all readers of text, since a run fuzzes a single method: the first byte chooses
 * the reader, the rest up to a zero byte is its text, what follows is a line to run it on.
 */
final class LanguageReaders {
  /** Linear time over inputs of some KiB: far more than any may take on a busy machine. */
  private static final Duration MAX_TIME = Duration.ofSeconds(10);

  private LanguageReaders() {}

  /**
   * @throws AssertionError if a reader takes too long, or contradicts itself or another one
   */
  static void tryAll(byte[] data) {
    if (data.length < 2) {
      return;
    }
    int end = 1;
    while (end < data.length && data[end] != 0) {
      end++;
    }
    String text = new String(data, 1, end - 1, StandardCharsets.UTF_8);
    byte[] line = Arrays.copyOfRange(data, Math.min(data.length, end + 1), data.length);
    long start = System.nanoTime();
    switch (data[0] & 7) {
      case 0 -> regex(text, line);
      case 1 -> template(text, line);
      case 2 -> expressions(text);
      default -> query(text, line);
    }
    Assertions.assertTrue(
        System.nanoTime() - start < MAX_TIME.toNanos(), () -> "took too long: " + text);
  }

  private static void query(String text, byte[] line) {
    Expr expr;
    try {
      expr = Parser.parse(text);
    } catch (ParseException _) {
      return;
    }
    String printed = expr.toString();
    Assertions.assertEquals(printed, Parser.parse(printed).toString(), "printed and parsed again");
    String formatted = Formatter.format(expr);
    Assertions.assertEquals(
        printed, Parser.parse(formatted).toString(), () -> "formatted and parsed: " + formatted);
    run(expr, line);
  }

  /** Runs the pipeline of a log query, or of the first range aggregation. */
  private static void run(Expr expr, byte[] line) {
    LogExpr log =
        switch (expr) {
          case LogExpr itself -> itself;
          case MetricExpr.RangeAggregation range -> range.range().log();
          default -> null;
        };
    if (log == null) {
      return;
    }
    Pipeline pipeline;
    try {
      pipeline = Pipeline.compile(log.stages());
    } catch (ParseException _) {
      return;
    }
    LineProcessor processor = pipeline.forStream(Labels.of("app", "x"));
    for (int i = 0; i < 2; i++) {
      boolean kept = processor.process(i, line, 0, line.length, Labels.of("k", "v"));
      Assertions.assertTrue(!kept || processor.lineLength() >= 0);
    }
  }

  /** Our engine and RE2/J must agree on every line that is UTF-8. */
  private static void regex(String text, byte[] line) {
    LineTest test;
    try {
      test = LineTest.matches(text);
    } catch (IllegalArgumentException _) {
      return;
    }
    boolean found = test.test(line, 0, line.length);
    String decoded = new String(line, StandardCharsets.UTF_8);
    if (Arrays.equals(decoded.getBytes(StandardCharsets.UTF_8), line)) {
      Assertions.assertEquals(
          Pattern.compile(text).matcher(decoded).find(), found, () -> text + " on " + decoded);
    }
  }

  private static void template(String text, byte[] line) {
    try {
      Template.compile("line", text);
    } catch (TemplateException _) {
      return;
    }
    // Through the pipeline, which turns errors at run time into labels.
    Pipeline pipeline = Pipeline.compile(List.of(new Stage.LineFormat(text)));
    pipeline.forStream(Labels.of("app", "x")).process(1, line, 0, line.length, Labels.EMPTY);
  }

  private static void expressions(String text) {
    for (Runnable reader :
        List.<Runnable>of(
            () -> JsonPath.parse(text),
            () -> IpPattern.compile(text),
            () -> CapturePattern.compile(text))) {
      try {
        reader.run();
      } catch (IllegalArgumentException e) {
        Assertions.assertNotNull(e.getMessage());
      }
    }
  }
}
