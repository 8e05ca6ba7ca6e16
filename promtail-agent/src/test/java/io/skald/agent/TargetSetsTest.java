package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.relabel.RelabelConfig;
import io.skald.agent.tail.TailConfig;
import io.skald.agent.tail.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetSetsTest {
  @TempDir Path directory;

  private final ManualClock clock = new ManualClock();
  private final ReasonCounters failed = new ReasonCounters();

  @Test
  void current_labelSetsThatAreNoTargets_areCountedByReason() {
    AgentConfig.ScrapeConfig job =
        job(
            Map.of("__path__", "/a", "x", "1", "__secret", "s"),
            Map.of("__path__", "/a", "x", "1"),
            Map.of("__path__", "/b", "__host__", "elsewhere"),
            Map.of("x", "2"),
            Map.of("__path__", "/c", "x", "drop"));

    List<Target> targets =
        sets(job.withRelabelConfigs(List.of(rule("drop", "x", "drop", "", "$1")))).current();

    assertThat(targets).hasSize(1);
    assertThat(failed.counts())
        .isEqualTo(Map.of("dropped", 1L, "exists", 1L, "wrong_host", 1L, "no_path", 1L));
  }

  @Test
  void current_relabelMakesThePath_followsIt() {
    AgentConfig.ScrapeConfig job = job(Map.of("app", "web"));

    List<Target> targets =
        sets(job.withRelabelConfigs(
                List.of(rule("replace", "app", "(.*)", "__path__", "/logs/$1/*.log"))))
            .current();

    assertThat(targets).hasSize(1);
    assertThat(failed.counts()).isEmpty();
  }

  @Test
  void current_labelkeepWithoutThePath_leavesNoTarget() {
    AgentConfig.ScrapeConfig job = job(Map.of("__path__", "/a", "k", "1"));
    RelabelConfig keep = new RelabelConfig(List.of(), ";", "k", "", "$1", 0, "labelkeep");

    assertThat(sets(job.withRelabelConfigs(List.of(keep))).current()).isEmpty();
    assertThat(failed.counts()).isEqualTo(Map.of("no_path", 1L));
  }

  @Test
  void current_fileChanges_isSeenWithinASecondAndOldTargetsStay() throws IOException {
    Path file = directory.resolve("targets.yml");
    Files.writeString(file, "- {targets: [x], labels: {__path__: /a, n: '1'}}\n");
    TargetSets sets = sets(sdJob(directory.resolve("*.yml").toString()));
    List<Target> before = sets.current();
    assertThat(sets.current()).isSameAs(before);

    Files.writeString(
        file,
        "[{\"labels\": {\"__path__\": \"/a\", \"n\": \"1\"}}, {\"labels\": {\"__path__\":"
            + " \"/b\"}}]");
    clock.advance(Duration.ofSeconds(1));
    List<Target> after = sets.current();

    assertThat(before).hasSize(1);
    assertThat(after).hasSize(2).contains(before.getFirst());
  }

  @Test
  void current_fileBecomesUnreadable_keepsItsTargets() throws IOException {
    Path file = directory.resolve("targets.json");
    Files.writeString(file, "[{\"labels\": {\"__path__\": \"/a\"}}]");
    TargetSets sets = sets(sdJob(file.toString()));
    assertThat(sets.current()).hasSize(1);

    Files.writeString(file, "{ not a list of groups");
    clock.advance(Duration.ofSeconds(2));

    assertThat(sets.current()).hasSize(1);
  }

  @Test
  void labelsOfAFollowedFileChange_nothingIsLostOrRepeated() throws IOException {
    Path sd = directory.resolve("sd.yml");
    Path log = Files.createDirectories(directory.resolve("logs")).toRealPath().resolve("a.log");
    Files.writeString(sd, "- labels: {__path__: '" + log + "', v: one}\n");
    Files.writeString(log, "1\n2\n");
    try (LaneHarness agent = harness(sdJob(sd.toString()))) {
      agent.run(Duration.ofSeconds(3));
      Files.writeString(sd, "- labels: {__path__: '" + log + "', v: other}\n");
      agent.run(Duration.ofSeconds(3));
      Files.writeString(log, "3\n", StandardOpenOption.APPEND);
      agent.run(Duration.ofSeconds(3));

      List<String> streams = new ArrayList<>(agent.server.streams());
      streams.sort(null);
      assertThat(streams).hasSize(2);
      assertThat(agent.server.lines(streams.get(0))).containsExactly("1", "2");
      assertThat(agent.server.lines(streams.get(1))).containsExactly("3");
      assertThat(agent.server.duplicates()).isZero();
    }
  }

  @Test
  void staticFilename_isOverriddenByTheRealOne() throws IOException {
    Path log = Files.createDirectories(directory.resolve("logs")).toRealPath().resolve("a.log");
    Files.writeString(log, "1\n");
    try (LaneHarness agent = harness(job(Map.of("filename", "zzz", "__path__", log.toString())))) {
      agent.run(Duration.ofSeconds(3));

      assertThat(agent.server.streams()).containsExactly("{filename=\"" + log + "\"}");
    }
  }

  private LaneHarness harness(AgentConfig.ScrapeConfig job) throws IOException {
    return new LaneHarness(directory, TailConfig.defaults(), 500, new Random(1), job);
  }

  private static AgentConfig.ScrapeConfig sdJob(String files) {
    return AgentConfig.ScrapeConfig.defaults()
        .withName("job")
        .withFileSdConfig(new AgentConfig.FileSdConfig(List.of(files), Duration.ofMinutes(5)));
  }

  @SafeVarargs
  private static AgentConfig.ScrapeConfig job(Map<String, String>... labelSets) {
    AgentConfig.ScrapeConfig job = AgentConfig.ScrapeConfig.defaults().withName("job");
    for (Map<String, String> labels : labelSets) {
      job = job.withStaticConfig(new AgentConfig.StaticConfig(List.of(), labels));
    }
    return job;
  }

  private static RelabelConfig rule(
      String action, String source, String regex, String target, String replacement) {
    return new RelabelConfig(List.of(source), ";", regex, target, replacement, 0, action);
  }

  private TargetSets sets(AgentConfig.ScrapeConfig job) {
    AgentConfig config = AgentConfig.defaults().withScrapeConfigs(List.of(job));
    return new TargetSets(config, Map.of(), "host", clock, Inputs.none(), failed);
  }
}
