package io.skald.agent;

import io.skald.agent.pipeline.StageContext;
import io.skald.agent.pipeline.StageEvents;
import io.skald.agent.pipeline.StageMetrics;
import io.skald.agent.position.FilePosition;
import io.skald.agent.push.EntrySink;
import io.skald.agent.tail.LineSource;
import io.skald.common.config.ConfigNode;
import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Lines a second through the stages of a usual pod (cri, json, labels, timestamp of the runtime),
 * and what the sink costs a job without stages. Lines of 150 to 220 bytes, four levels, so four
 * streams.
 *
 * <pre>
 * mvn -q -DskipChecks -Pbenchmarks -pl promtail-agent -am test-compile
 * java -cp promtail-agent/target/test-classes:promtail-agent/target/classes:... \
 *     org.openjdk.jmh.Main StageBenchmark
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class StageBenchmark {
  private static final int LINES = 1000;
  private static final String STAGES =
      """
      - cri: {}
      - json: {expressions: {level: , msg: , trace: trace_id}}
      - labels: {level: }
      - structured_metadata: {trace: }
      """;

  private final byte[][] lines = new byte[LINES][];
  private final Counting counting = new Counting();
  private final LineSource source;
  private final PipelineSink staged = sink(STAGES);
  private final PipelineSink plain = sink("[]");

  public StageBenchmark() {
    Labels labels = Labels.of("job", "shop/web", "pod", "web-1", "container", "app");
    source = new LineSource("job", labels, labels.toString());
    String[] levels = {"debug", "info", "warn", "error"};
    for (int i = 0; i < LINES; i++) {
      String json =
          "{\"ts\":\"2024-05-01T10:00:00Z\",\"level\":\"%s\",\"msg\":\"request %d done\","
              + "\"trace_id\":\"%016x\",\"req\":{\"method\":\"GET\",\"path\":\"/api/v1/%d\",\"ms\":%d}}";
      String line =
          "2024-05-01T10:00:00.%09dZ stdout F ".formatted(i)
              + json.formatted(levels[i % 4], i, i * 7L, i, i % 90);
      lines[i] = line.getBytes(StandardCharsets.UTF_8);
    }
  }

  private PipelineSink sink(String stages) {
    StageContext context =
        new StageContext(Clock.system(), new Random(1), StageEvents.NONE, StageMetrics.NONE);
    ConfigNode.Sequence list = (ConfigNode.Sequence) ConfigNode.parseAny("bench.yaml", stages);
    Pipelines pipelines =
        Pipelines.compile(
            List.of(AgentConfig.ScrapeConfig.defaults().withName("job").withStages(list.items())),
            context);
    return new PipelineSink(
        counting,
        pipelines.byJob(),
        Map.of(),
        AgentConfig.LimitsConfig.defaults(),
        CompatConfig.defaults(),
        LineLosses.NONE,
        null,
        Clock.system());
  }

  @Benchmark
  @OperationsPerInvocation(LINES)
  public long criJsonLabels() {
    return feed(staged);
  }

  @Benchmark
  @OperationsPerInvocation(LINES)
  public long noStages() {
    return feed(plain);
  }

  @Benchmark
  @OperationsPerInvocation(LINES)
  public long noSink() {
    counting.begin(source, null);
    for (byte[] line : lines) {
      counting.line(line, 0, line.length, 0);
    }
    return counting.bytes;
  }

  private long feed(PipelineSink sink) {
    sink.begin(source, null);
    for (byte[] line : lines) {
      sink.line(line, 0, line.length, 0);
    }
    return counting.bytes;
  }

  /** Takes entries and counts their bytes. */
  private static final class Counting implements EntrySink {
    long bytes;
    private long reads;

    @Override
    public boolean hasRoom() {
      return true;
    }

    @Override
    public void begin(LineSource from, @Nullable LongFunction<FilePosition> positionAt) {}

    @Override
    public void line(byte[] buffer, int from, int length, long offset) {
      bytes += length + readNanos() % 2;
    }

    @Override
    public void sighted(FilePosition position) {}

    @Override
    public void advance(FilePosition position) {}

    @Override
    public long readNanos() {
      return ++reads;
    }

    @Override
    public boolean entry(
        String tenant,
        String labels,
        long timestampNanos,
        byte[] line,
        int from,
        int length,
        Labels metadata,
        Supplier<@Nullable FilePosition> before) {
      bytes += length;
      return true;
    }
  }
}
