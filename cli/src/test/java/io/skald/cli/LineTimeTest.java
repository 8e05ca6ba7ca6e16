package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineTimeTest {
  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          rfc3339 |  | 2026-03-02T08:00:00Z x              -> 2026-03-02T08:00:00Z
          rfc3339 |  | [2026-03-02 08:00:00,125] x         -> 2026-03-02T07:00:00.125Z
          rfc3339 |  | a 2026-03-02T08:00:00.5+0530 x      -> 2026-03-02T02:30:00.500Z
          rfc3339 |  | a 2026-03-02T08:00:00-02:00         -> 2026-03-02T10:00:00Z
          unix |  | ts=1500000000.25 x                     -> 2017-07-14T02:40:00.250Z
          unix-ms | t=([0-9]+) | 1 t=1500000000125         -> 2017-07-14T02:40:00.125Z
          dd/MMM/yyyy:HH:mm:ss Z | \\[([^]]+)\\] | [10/Oct/2000:13:55:36 -0700] -> 2000-10-10T20:55:36Z
          yyyyMMdd HHmmss | ^.{15} | 20260302 080000 x     -> 2026-03-02T07:00:00Z
          """)
  void of_line_findsItsTime(String options, String expected) {
    String[] parts = options.split(" \\| ", 3);

    long nanos =
        LineTime.of(parts[0], parts[1].strip(), "Europe/Berlin").of(parts[2]).orElseThrow();

    assertThat(Instant.ofEpochSecond(0, nanos)).isEqualTo(Instant.parse(expected));
  }

  @Test
  void of_lineWithout_isEmpty_andNoTimeIsRefused() {
    assertThat(LineTime.of("rfc3339", "", "UTC").of("  at Foo.java:7")).isEmpty();
    assertThatThrownBy(() -> LineTime.of("rfc3339", "^\\S+", "UTC").of("yesterday x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'yesterday' is not a time of the format rfc3339");
    assertThatThrownBy(() -> LineTime.of("yyyy", "", "UTC"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--timestamp-regex");
  }
}
