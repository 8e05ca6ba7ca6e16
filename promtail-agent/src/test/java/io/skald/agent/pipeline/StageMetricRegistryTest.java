package io.skald.agent.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.ManualClock;
import io.skald.common.config.ConfigNode;
import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StageMetricRegistryTest {
  private final ManualClock clock = new ManualClock();
  private final StageMetricRegistry registry = new StageMetricRegistry(clock);

  @Test
  void metrics_allKinds_standInTheText() {
    run(
        """
        - json: {expressions: {n: , d: }}
        - metrics:
            lines: {type: Counter, description: all, config: {match_all: true, action: inc}}
            bytes: {type: Counter, config: {match_all: true, count_entry_bytes: true, action: add}}
            n: {type: Gauge, prefix: my_, config: {action: set}}
            d: {type: Histogram, config: {buckets: [0.5, 5]}}
        """,
        "{\"n\":3,\"d\":\"1500ms\"}",
        "{\"n\":-4,\"d\":\"x\"}",
        "nojson");

    assertThat(registry.text())
        .contains("# HELP promtail_custom_lines all\n# TYPE promtail_custom_lines counter\n")
        .contains("promtail_custom_lines{job=\"t\"} 3\n")
        .contains("promtail_custom_bytes{job=\"t\"} 42\n")
        .contains("my_n{job=\"t\"} -4\n")
        .contains("promtail_custom_d_bucket{job=\"t\", le=\"0.5\"} 0\n")
        .contains("promtail_custom_d_bucket{job=\"t\", le=\"5\"} 1\n")
        .contains("promtail_custom_d_sum{job=\"t\"} 1.5\n")
        .contains("promtail_custom_d_count{job=\"t\"} 1\n");
  }

  @Test
  void counter_negativeValue_isIgnored() {
    run(
        "- json: {expressions: {n: }}\n- metrics: {n: {type: Counter, config: {action: add}}}\n",
        "{\"n\":2}",
        "{\"n\":-3}");

    assertThat(registry.text()).contains("promtail_custom_n{job=\"t\"} 2\n");
  }

  @Test
  void series_idle_vanishes() {
    run("- metrics: {job: {type: Counter, max_idle_duration: 1m, config: {action: inc}}}\n", "a");
    clock.advance(Duration.ofMinutes(2));

    assertThat(registry.text()).doesNotContain("{job");
  }

  private void run(String stages, String... lines) {
    StageContext context = new StageContext(clock, new Random(1), StageEvents.NONE, registry);
    PipelineCompiler compiler = new PipelineCompiler("job", context);
    ConfigNode.Sequence list = (ConfigNode.Sequence) ConfigNode.parseAny("test.yaml", stages);
    Pipeline pipeline = compiler.compile(list.items());
    assertThat(compiler.problems()).isEmpty();
    Pipeline.Run run = pipeline.to(Entry::release, null);
    for (String line : lines) {
      Entry entry = new Entry();
      byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
      entry.reset(Labels.of("job", "t"), 0, bytes, 0, bytes.length, Hold.Source.NONE);
      run.process(entry);
    }
  }
}
