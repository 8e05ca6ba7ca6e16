package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import io.skald.logql.syntax.Stage;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs stages written as in a query over single lines. */
final class Stages {
  /** A kept entry, or {@link #DROPPED}. */
  record Outcome(String labels, String line) {}

  static final Outcome DROPPED = new Outcome("dropped", "");

  private Stages() {}

  static List<Stage> parse(String stages) {
    return ((LogExpr) Parser.parse("{test=\"x\"} " + stages)).stages();
  }

  static Outcome run(String stages, Labels stream, Labels metadata, String line) {
    return run(Pipeline.compile(parse(stages)), stream, metadata, line);
  }

  static Outcome run(Pipeline pipeline, Labels stream, Labels metadata, String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    LineProcessor processor = pipeline.forStream(stream);
    if (!processor.process(0, bytes, 0, bytes.length, metadata)) {
      return DROPPED;
    }
    return new Outcome(processor.labels().all().toString(), lineOf(processor));
  }

  static String labels(String stages, String line) {
    return run(stages, Labels.EMPTY, Labels.EMPTY, line).labels();
  }

  static String lineOf(LineProcessor processor) {
    return new String(
        processor.lineArea(),
        processor.lineStart(),
        processor.lineLength(),
        StandardCharsets.UTF_8);
  }
}
