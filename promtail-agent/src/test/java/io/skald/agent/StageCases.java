package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.pipeline.StageContext;
import io.skald.agent.pipeline.StageEvents;
import io.skald.agent.pipeline.StageMetrics;
import io.skald.agent.tail.LineSource;
import io.skald.common.config.ConfigNode;
import io.skald.common.config.ConfigNode.Mapping;
import io.skald.common.config.ConfigNode.Scalar;
import io.skald.common.config.ConfigNode.Sequence;
import io.skald.common.model.Labels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/**
 * The table in stage-cases.yaml, through the pipeline and the sink that follows it. Cases with a
 * number belong to {@link ConformanceTableTest}, the others to {@link StageCasesTest}.
 */
final class StageCases {
  private static final Instant NOW = Instant.parse("2024-07-01T12:00:00Z");

  private StageCases() {}

  /** Returns the cases, by what they are called. */
  static Map<String, List<Mapping>> all() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(StageCases.class.getResourceAsStream("stage-cases.yaml"))) {
      String yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Sequence all = (Sequence) ConfigNode.parseAny("stage-cases.yaml", yaml);
      Map<String, List<Mapping>> byName = new LinkedHashMap<>();
      for (ConfigNode one : all.items()) {
        Mapping mapping = (Mapping) one;
        byName.computeIfAbsent(text(mapping, "case"), _ -> new ArrayList<>()).add(mapping);
      }
      return byName;
    }
  }

  static boolean isNumbered(String name) {
    return name.chars().allMatch(Character::isDigit);
  }

  /** Throws what an assertion throws if the case does not hold. */
  static void check(Mapping given) {
    ManualClock clock = new ManualClock();
    clock.setNow(nanos(NOW));
    StageContext context =
        new StageContext(
            clock,
            new Random(1),
            StageEvents.NONE,
            StageMetrics.NONE,
            text(given, "json_numbers").equals("exact"));
    Pipelines pipelines =
        Pipelines.compile(
            List.of(
                AgentConfig.ScrapeConfig.defaults()
                    .withName("job")
                    .withStages(items(given, "stages"))),
            context);
    if (given.entries().containsKey("error")) {
      assertThat(pipelines.problems()).hasSize(1);
      assertThat(pipelines.problems().getFirst())
          .startsWith("stage-cases.yaml:")
          .contains(text(given, "error"));
      return;
    }
    assertThat(pipelines.problems()).isEmpty();
    assertThat(pipelines.warnings()).isEmpty();
    Map<String, String> start = new TreeMap<>(Map.of("job", "t"));
    start.putAll(map(given, "labels"));
    CollectedEntries out = new CollectedEntries();
    PipelineSink sink =
        new PipelineSink(
            out,
            pipelines.byJob(),
            map(given, "external"),
            limits(given),
            compat(given),
            LineLosses.NONE,
            null,
            clock);
    Labels labels = Labels.of(start);
    sink.begin(
        new LineSource("job", labels, labels.withUnder(map(given, "external")).toString()), null);
    for (ConfigNode line : items(given, "in")) {
      byte[] bytes =
          Objects.requireNonNull(((Scalar) line).text()).getBytes(StandardCharsets.UTF_8);
      sink.line(bytes, 0, bytes.length, 0);
    }
    sink.flush();

    List<ConfigNode> expected = items(given, "out");
    assertThat(out.entries).as("%s", out.entries).hasSize(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      compare((Mapping) expected.get(i), start, given, out.entries.get(i));
    }
  }

  private static void compare(
      Mapping expected,
      Map<String, String> start,
      Mapping given,
      CollectedEntries.Collected actual) {
    Map<String, String> labels = new TreeMap<>(start);
    labels.putAll(map(expected, "labels"));
    for (ConfigNode gone : items(expected, "gone")) {
      labels.remove(((Scalar) gone).text());
    }
    assertThat(actual.labels())
        .isEqualTo(Labels.of(labels).withUnder(map(given, "external")).toString());
    assertThat(actual.line()).isEqualTo(text(expected, "line"));
    assertThat(actual.metadata()).isEqualTo(Labels.of(map(expected, "metadata")));
    assertThat(actual.tenant()).isEqualTo(text(expected, "tenant"));
    switch (text(expected, "time")) {
      case "" -> {}
      case "read" -> assertThat(actual.timestampNanos()).isLessThan(1000);
      case "now" -> assertThat(actual.timestampNanos()).isEqualTo(nanos(NOW));
      default ->
          assertThat(actual.timestampNanos())
              .isEqualTo(nanos(Instant.parse(text(expected, "time"))));
    }
  }

  private static CompatConfig compat(Mapping given) {
    CompatConfig ours = CompatConfig.defaults();
    CompatConfig.Choice promtail = CompatConfig.Choice.PROMTAIL;
    return text(given, "compat").equals("promtail")
        ? new CompatConfig(ours.metricsPrefix(), false, ours.jsonNumbers(), promtail, promtail)
        : ours;
  }

  private static AgentConfig.LimitsConfig limits(Mapping given) {
    String size = text(given, "max_line_size");
    AgentConfig.LimitsConfig defaults = AgentConfig.LimitsConfig.defaults();
    return size.isEmpty()
        ? defaults
        : new AgentConfig.LimitsConfig(
            defaults.readlineRate(),
            defaults.readlineBurst(),
            false,
            true,
            0,
            Long.parseLong(size),
            text(given, "truncate").equals("true"));
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  private static String text(Mapping mapping, String key) {
    return mapping.entries().get(key) instanceof Scalar scalar && scalar.text() != null
        ? scalar.text()
        : "";
  }

  private static List<ConfigNode> items(Mapping mapping, String key) {
    return mapping.entries().get(key) instanceof Sequence sequence ? sequence.items() : List.of();
  }

  private static Map<String, String> map(Mapping mapping, String key) {
    Map<String, String> map = new LinkedHashMap<>();
    if (mapping.entries().get(key) instanceof Mapping inner) {
      new ArrayList<>(inner.entries().keySet()).forEach(name -> map.put(name, text(inner, name)));
    }
    return map;
  }
}
