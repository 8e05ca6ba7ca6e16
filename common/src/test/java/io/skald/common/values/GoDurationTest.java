package io.skald.common.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "-0,0",
    "1ns,1",
    "1us,1000",
    "1µs,1000",
    "1μs,1000",
    "1.5ms,1500000",
    "1m30s,90000000000",
    "30m1h,5400000000000",
    "-1m,-60000000000",
    "+5s,5000000000",
    ".5s,500000000",
    "1.s,1000000000",
    "1s1s,2000000000",
    "0.3333333333333333333333h,1200000000000",
    "9223372036854775807ns,9223372036854775807",
    "-9223372036854775808ns,-9223372036854775808",
  })
  void parse_goDuration_readsNanos(String text, long nanos) {
    assertThat(GoDuration.parse(text)).isEqualTo(nanos);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1d;time: unknown unit \"d\" in duration \"1d\"",
        "1h2y;time: unknown unit \"y\" in duration \"1h2y\"",
        "1é;time: unknown unit \"\\xc3\\xa9\" in duration \"1\\xc3\\xa9\"",
        "x;time: invalid duration \"x\"",
        "soon;time: invalid duration \"soon\"",
        "'';time: invalid duration \"\"",
        "-;time: invalid duration \"-\"",
        ".s;time: invalid duration \".s\"",
        "a\"b;time: invalid duration \"a\\\"b\"",
        "1;time: missing unit in duration \"1\"",
        "1h5;time: missing unit in duration \"1h5\"",
        "1.2.3s;time: missing unit in duration \"1.2.3s\"",
        "9223372036854775808ns;time: invalid duration \"9223372036854775808ns\"",
        "99999999999999999999ns;time: invalid duration \"99999999999999999999ns\"",
        "2562048h;time: invalid duration \"2562048h\"",
        "-9223372036854775808ns9223372036854775808ns;"
            + "time: invalid duration \"-9223372036854775808ns9223372036854775808ns\"",
      })
  void parse_notADuration_saysSoAsGo(String text, String message) {
    assertThatThrownBy(() -> GoDuration.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0s",
    "1,1ns",
    "1100,1.1µs",
    "250000000,250ms",
    "1500000000,1.5s",
    "60000000000,1m0s",
    "3600000000000,1h0m0s",
    "31536060000000000,8760h1m0s",
    "-240000000000,-4m0s",
    "9223372036854775807,2562047h47m16.854775807s",
    "-9223372036854775808,-2562047h47m16.854775808s",
  })
  void format_printsAsGo(long nanos, String expected) {
    assertThat(GoDuration.format(nanos)).isEqualTo(expected);
  }

  @Test
  void format_anyDuration_readsBackAsTheSame() {
    long seed = 7;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      long nanos = random.nextLong() >> random.nextInt(64);
      assertThat(GoDuration.parse(GoDuration.format(nanos))).as("seed %d", seed).isEqualTo(nanos);
    }
  }
}
