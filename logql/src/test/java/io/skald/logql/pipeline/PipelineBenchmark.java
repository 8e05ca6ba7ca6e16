package io.skald.logql.pipeline;

import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Lines and bytes per second that one core takes through a stage, on whole lines: JSON access logs
 * of about 310 bytes with ten members, logfmt service logs of about 190 bytes. One operation is a
 * block of 1000 lines. See docs/performance.md for the command.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class PipelineBenchmark {
  private static final int LINES = 1000;

  /** What a stage is given. Public, as the generated code needs it. */
  @State(Scope.Thread)
  public static class Stage {
    @Param({
      "line filter",
      "line filter, regex",
      "json, one label",
      "json, all labels",
      "logfmt, one label",
      "logfmt, all labels",
      "regexp",
      "pattern",
      "line_format",
      "label filter"
    })
    public String stage = "";

    private ColumnBlock block = block("");
    private BlockFilter filter = new BlockFilter(List.of());
    private boolean filters;
    private LineProcessor processor = Pipeline.compile(List.of()).forStream(Labels.EMPTY);
    private final int[] selected = new int[LINES];

    /** Compiles the stage and makes its lines. */
    @Setup(Level.Trial)
    public void compile() {
      String query =
          switch (stage) {
            case "line filter" -> "|= `deadline exceeded`";
            case "line filter, regex" -> "|~ `(?i)timeout.*(backend|sockettimeout)`";
            case "json, one label", "json, all labels" -> "| json";
            case "logfmt, one label", "logfmt, all labels" -> "| logfmt";
            case "regexp" -> "| regexp `level=(?P<level>\\w+) caller=(?P<caller>\\S+)`";
            case "pattern" -> "| pattern `ts=<_> level=<level> caller=<caller> <_>`";
            case "line_format" -> "| line_format `{{.app}} {{.pod | upper}}`";
            case "label filter" -> "| pod =~ `api-.*` | app = `api`";
            default -> throw new IllegalArgumentException(stage);
          };
      LabelNeeds needs =
          stage.endsWith("one label") ? LabelNeeds.of(List.of("status", "level")) : LabelNeeds.ALL;
      Pipeline pipeline = Pipeline.compile(Stages.parse(query), needs);
      block = block(stage);
      filters = pipeline.onlyLineFilters();
      filter = pipeline.blockFilter();
      processor = pipeline.forStream(Labels.of("app", "api", "pod", "api-7d9f8c-x2x4z"));
    }

    private static ColumnBlock block(String stage) {
      SplittableRandom random = new SplittableRandom(42);
      StringBuilder lines = new StringBuilder();
      int[] offsets = new int[LINES + 1];
      for (int i = 0; i < LINES; i++) {
        lines.append(stage.startsWith("json") ? json(random) : logfmt(random));
        offsets[i + 1] = lines.length();
      }
      return ColumnBlock.of(
          LINES,
          new long[LINES],
          offsets,
          lines.toString().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
          new int[LINES],
          new MetadataTable());
    }
  }

  private static String json(SplittableRandom random) {
    return "{\"time\":\"2026-01-01T12:00:%02d.%03dZ\",\"remote_addr\":\"10.0.%d.%d\",\"method\":\"GET\",\"path\":\"/api/v1/users/%d\",\"status\":%d,\"bytes\":%d,\"duration_ms\":%d,\"upstream\":\"10.1.2.%d:8080\",\"trace_id\":\"%016x%016x\",\"user_agent\":\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\"}"
        .formatted(
            random.nextInt(60),
            random.nextInt(1000),
            random.nextInt(256),
            random.nextInt(256),
            random.nextInt(5000),
            List.of(200, 304, 404, 500).get(random.nextInt(4)),
            random.nextInt(40_000),
            random.nextInt(400),
            random.nextInt(256),
            random.nextLong(),
            random.nextLong());
  }

  private static String logfmt(SplittableRandom random) {
    boolean error = random.nextInt(30) == 0;
    return "ts=2026-01-01T12:00:%02d.%03dZ level=%s caller=client.go:%d msg=\"%s\" org_id=%d trace_id=%016x%016x duration=%d.%dms user=user-%d%s"
        .formatted(
            random.nextInt(60),
            random.nextInt(1000),
            error ? "error" : "info",
            random.nextInt(300),
            error ? "context deadline exceeded" : "cache miss, loading from store",
            random.nextInt(40),
            random.nextLong(),
            random.nextLong(),
            random.nextInt(2000),
            random.nextInt(100),
            random.nextInt(20_000),
            error ? " err=\"upstream timeout: backend 10.1.2.3:9095 unavailable\"" : "");
  }

  /** Counted beside the operations. Public, as the generated code needs it. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Read {
    public long bytes;
    public long lines;

    /** Begins to count. */
    @Setup(Level.Iteration)
    public void clear() {
      bytes = 0;
      lines = 0;
    }
  }

  /** Runs the stage on a block. */
  @Benchmark
  public int stage(Stage stage, Read read) {
    read.bytes += stage.block.lineBytes();
    read.lines += LINES;
    if (stage.filters) {
      return stage.filter.select(stage.block, 0, LINES, stage.selected);
    }
    int[] offsets = stage.block.lineOffsets();
    byte[] lines = stage.block.lines();
    int kept = 0;
    for (int i = 0; i < LINES; i++) {
      int start = offsets[i];
      boolean keeps =
          stage.processor.process(0, lines, start, offsets[i + 1] - start, Labels.EMPTY);
      kept += keeps ? stage.processor.lineLength() : 0;
    }
    return kept;
  }
}
