package io.skald.agent.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.ManualClock;
import io.skald.common.config.ConfigNode;
import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Any stages in any order over any bytes: nothing is thrown, every hold is let go. */
class StageFuzzTest {
  private static final List<String> STAGES =
      List.of(
          "cri: {}",
          "docker: {join_partial: true}",
          "regex: {expression: '(?P<a>[a-z]+)(?P<ts>.*)'}",
          "json: {expressions: {a: , b: 'c[0].d', e: 'length(a)'}}",
          "logfmt: {mapping: {a: , b: x}}",
          "replace: {expression: '(\\w+)', replace: '{{ .Value | ToUpper }}'}",
          "replace: {expression: '(.)', source: a}",
          "template: {source: a, template: '{{ .Value }}-{{ .Entry }}'}",
          "template: {source: b, template: '{{ trunc 3 .a }}'}",
          "timestamp: {source: ts, format: RFC3339, fallback_formats: [Unix, 'Jan _2']}",
          "output: {source: a}",
          "labels: {a: , b: }",
          "static_labels: {s: x}",
          "labeldrop: [a]",
          "labelallow: [job, stream]",
          "structured_metadata: {a: , s: }",
          "tenant: {source: a}",
          "match: {selector: '{job=\"t\"} |~ \"[a-m]\"', stages: [{multiline: {firstline:"
              + " '^\\S'}}]}",
          "match: {selector: '{s=\"x\"}', action: drop}",
          "drop: {source: [a, b], expression: 'zz'}",
          "limit: {rate: 100000, burst: 1000}",
          "sampling: {rate: 0.9}",
          "multiline: {firstline: '^[a-z{2]', max_lines: 3}",
          "pack: {labels: [a, job]}",
          "decolorize: ",
          "eventlogmessage: {source: a}",
          "metrics: {a: {type: Histogram, config: {buckets: [1, 2]}}}");

  private static final String[] PIECES = {
    "2024-05-01T10:00:00Z stdout P ",
    "2024-05-01T10:00:00.5Z stderr F ",
    "{\"a\":",
    "1e400",
    "}",
    "{\"log\":\"x\",\"stream\":\"stdout\"}",
    "{\"a\":\"b\",\"c\":[{\"d\":1}]}",
    "a=b x=\"",
    "\u001b[31m",
    "key: value\r\n",
    " ",
    "\\u",
    "zz",
    "[",
    "\"",
    "\ud83d\ude00"
  };

  private int held;

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void process_anyStagesAnyBytes_throwsNothingAndLetsGo(long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    ManualClock clock = new ManualClock();
    StringBuilder yaml = new StringBuilder();
    for (int i = 0; i < 1 + random.nextInt(8); i++) {
      yaml.append("- ").append(STAGES.get(random.nextInt(STAGES.size()))).append('\n');
    }
    PipelineCompiler compiler =
        new PipelineCompiler(
            "job",
            new StageContext(clock, random, StageEvents.NONE, new StageMetricRegistry(clock)));
    Pipeline pipeline =
        compiler.compile(
            ((ConfigNode.Sequence) ConfigNode.parseAny("fuzz.yaml", yaml.toString())).items());
    assertThat(compiler.problems()).as("%s", yaml).isEmpty();
    List<Integer> lengths = new ArrayList<>();
    Pipeline.Run run =
        pipeline.to(
            entry -> {
              lengths.add(entry.lineLength());
              entry.release();
            },
            null);
    Entry entry = new Entry();
    for (int i = 0; i < 200; i++) {
      byte[] line = line(random);
      entry.reset(Labels.of("job", "t"), i, line, 0, line.length, counting());
      run.process(entry);
      clock.advance(Duration.ofMillis(random.nextInt(300)));
      run.flushDue(clock.monotonicNanos());
    }
    run.flush();

    assertThat(held).as("%s", yaml).isZero();
  }

  private static byte[] line(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < random.nextInt(6); i++) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0 && random.nextInt(3) == 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private Hold.Source counting() {
    return new Hold.Source() {
      @Override
      public Hold hold() {
        held++;
        return new Hold() {
          @Override
          public void absorb(Hold other) {
            other.release();
          }

          @Override
          public void release() {
            held--;
          }
        };
      }

      @Override
      public void extend(Hold existing) {}
    };
  }
}
