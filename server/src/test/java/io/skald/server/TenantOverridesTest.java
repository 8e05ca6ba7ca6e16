package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.limits.Limits;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantOverridesTest {
  private static final TenantId A = new TenantId("a");
  private static final TenantId B = new TenantId("team.b");
  private static final String LIMITS = "limits_config: {max_query_series: 9, query_timeout: 7s}\n";

  @TempDir Path directory;
  private Path file;
  private final ServerMetrics metrics = new ServerMetrics();

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("overrides.yaml");
    write("overrides: {a: {max_query_series: 5}}");
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  private TenantOverrides overrides() {
    return overrides("runtime_config: {file: " + file + "}\n" + LIMITS);
  }

  private static TenantOverrides overrides(String yaml) {
    return new TenantOverrides(SkaldConfig.load("s.yaml", yaml, Map.of()).config(), Clock.system());
  }

  private static int series(TenantOverrides overrides, TenantId tenant) {
    return overrides.of(tenant).queries().maxQuerySeries();
  }

  private String metric(String name) {
    String all = new String(metrics.scrape().body().getFirst(), StandardCharsets.UTF_8);
    return all.lines().filter(line -> line.startsWith(name + " ")).findFirst().orElse("none");
  }

  @Test
  void of_tenant_differsInTheGivenKeysOnly() {
    try (TenantOverrides overrides = overrides()) {
      assertThat(series(overrides, A)).isEqualTo(5);
      assertThat(overrides.of(A).queries().queryTimeout()).hasSeconds(7);
      assertThat(series(overrides, B)).isEqualTo(9);
    }
  }

  @Test
  void of_withoutFile_isTheSameForAll() {
    try (TenantOverrides overrides = overrides(LIMITS)) {
      overrides.start();
      assertThat(series(overrides, A)).isEqualTo(9);
    }
  }

  @Test
  void of_olderKeyInLimits_isRead() {
    try (TenantOverrides overrides =
        overrides("limits_config: {per_tenant_override_config: " + file + "}\n")) {
      assertThat(series(overrides, A)).isEqualTo(5);
    }
  }

  @Test
  void of_twoFiles_theLaterWinsKeyByKey() throws IOException {
    Path second = directory.resolve("second.yaml");
    Files.writeString(second, "overrides: {a: {query_timeout: 3s}, team.b: {max_query_series: 2}}");

    try (TenantOverrides overrides =
        overrides("runtime_config: {file: \"" + file + "," + second + "\"}\n" + LIMITS)) {
      assertThat(series(overrides, A)).isEqualTo(5);
      assertThat(overrides.of(A).queries().queryTimeout()).hasSeconds(3);
      assertThat(series(overrides, B)).isEqualTo(2);
    }
  }

  @Test
  void refresh_changedFile_isTakenOver() throws IOException {
    try (TenantOverrides overrides = overrides()) {
      Limits before = overrides.of(A);
      Limits defaults = overrides.of(B);
      write("overrides: {a: {max_query_series: 5}, team.b: {max_query_series: 0}}");

      overrides.refresh();

      assertThat(overrides.of(A)).as("equal limits stay the same instance").isSameAs(before);
      assertThat(series(overrides, B)).isZero();
      write("overrides: {team.b:}");
      overrides.refresh();
      assertThat(series(overrides, A)).isEqualTo(9);
      assertThat(overrides.of(B)).isEqualTo(defaults);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "overrides: {a: {max_query_seris: 6}}",
        "overrides: {a: {max_query_series: many}}",
        "overrides: {a: {max_query_series: -1}}",
        "overrides: {a: {block_ingestion_until: soon}}",
        "overrides: {a: {policy_enforced_labels: {p: [x]}}}",
        "overrides: {a/b: {max_query_series: 6}}",
        "overrides:\n  a:\n    max_query_series: 6\n    requi",
        "overrides: [a]",
        "overides: {}",
        "\n",
      })
  void refresh_badFile_keepsTheOldOneAndCounts(String text) throws IOException {
    try (TenantOverrides overrides = overrides()) {
      overrides.bind(metrics);
      write(text);

      overrides.refresh();
      overrides.refresh();

      assertThat(series(overrides, A)).isEqualTo(5);
      assertThat(metric("skald_overrides_reload_failures_total")).endsWith(" 1.0");
      assertThat(metric("skald_overrides_stale")).endsWith(" 1.0");
      write("overrides: {a: {max_query_series: 6}}");
      overrides.refresh();
      assertThat(series(overrides, A)).isEqualTo(6);
      assertThat(metric("skald_overrides_stale")).endsWith(" 0.0");
      assertThat(metric("skald_overrides_tenants")).endsWith(" 1.0");
    }
  }

  @Test
  void refresh_fileThatIsGone_keepsTheOldOne() throws IOException {
    try (TenantOverrides overrides = overrides()) {
      Files.delete(file);

      overrides.refresh();

      assertThat(series(overrides, A)).isEqualTo(5);
    }
  }

  @Test
  void new_badFile_stopsTheStartAndSaysWhere() throws IOException {
    write("overrides:\n  a:\n    max_query_seris: 6\n");

    assertThatThrownBy(this::overrides)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            file
                + ":3:5: unknown key 'max_query_seris' in 'overrides.a'; did you mean"
                + " 'max_query_series'?");
    Files.delete(file);
    assertThatThrownBy(this::overrides).hasMessage("file not found: " + file);
  }
}
