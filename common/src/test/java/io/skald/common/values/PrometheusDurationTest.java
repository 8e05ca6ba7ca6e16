package io.skald.common.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0,PT0S",
    "0s,PT0S",
    "5m,PT5M",
    "60000ms,PT1M",
    "1h30m,PT90M",
    "1d12h,PT36H",
    "1y2w3d4h5m6s7ms,PT9172H5M6.007S",
  })
  void parse_units_addUp(String text, Duration expected) {
    assertThat(PrometheusDuration.parse(text)).isEqualTo(expected.toNanos());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "'';empty duration string",
        "soon;not a valid duration string: \"soon\"",
        "5;not a valid duration string: \"5\"",
        " 5m;not a valid duration string: \" 5m\"",
        "-5s;not a valid duration string: \"-5s\"",
        "30m1h;not a valid duration string: \"30m1h\"",
        "1m1m;not a valid duration string: \"1m1m\"",
        "99999999999999999999s;not a valid duration string: \"99999999999999999999s\"",
        "1hour;unknown unit \"hour\" in duration \"1hour\"",
        "1.5m;unknown unit \".\" in duration \"1.5m\"",
        "5m ;unknown unit \"m \" in duration \"5m \"",
        "5us;unknown unit \"us\" in duration \"5us\"",
        "293y;duration out of range",
        "292y30w;duration out of range",
      })
  void parse_notADuration_saysSoAsPrometheus(String text, String message) {
    assertThatThrownBy(() -> PrometheusDuration.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S,0s",
    "PT1M,1m",
    "PT721H,30d1h",
    "PT168H,1w",
    "PT192H,8d",
    "PT8760H,1y",
    "PT90M,1h30m",
    "PT1.25S,1s250ms",
  })
  void format_biggestUnitFirst(Duration duration, String expected) {
    assertThat(PrometheusDuration.format(duration.toNanos())).isEqualTo(expected);
    assertThat(PrometheusDuration.parse(expected)).isEqualTo(duration.toNanos());
  }
}
