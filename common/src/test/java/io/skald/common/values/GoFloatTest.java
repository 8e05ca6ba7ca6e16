package io.skald.common.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoFloatTest {
  @ParameterizedTest
  @CsvSource({
    "1,1",
    "-1.5,-1.5",
    "+.5,0.5",
    "1.,1",
    "1e3,1000",
    "1E-3,0.001",
    "1_000,1000",
    "1_0.2_5e1_0,102500000000",
    "0x1p4,16",
    "0X1.8P1,3",
    "-0x.8p0,-0.5",
    "0x_1p4,16",
    "inf,Infinity",
    "+Inf,Infinity",
    "-INFINITY,-Infinity",
    "nan,NaN",
    "007,7",
    "1e-400,0",
  })
  void parse_goLiteral_readsIt(String text, double expected) {
    assertThat(Double.valueOf(GoFloat.parse(text))).isEqualTo(Double.valueOf(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "abc", "n/a", " 1", "1 ", "1f", "1d", "0x1F", "0x", "0xp1", "_1", "1_", "1__0",
        "1_.5", "1._5", "1e", "1e+", "1e_1", ".", "+", "-", "--1", "+nan", "infi", "1,5", "0b1",
        "0x1p", "٣"
      })
  void parse_notANumber_saysSoAsGo(String text) {
    assertThatThrownBy(() -> GoFloat.parse(text))
        .isInstanceOf(NumberFormatException.class)
        .hasMessage("strconv.ParseFloat: parsing \"" + text + "\": invalid syntax");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999", "-1e309", "0x1p2000"})
  void parse_overflow_isOutOfRange(String text) {
    assertThatThrownBy(() -> GoFloat.parse(text))
        .isInstanceOf(NumberFormatException.class)
        .hasMessage("strconv.ParseFloat: parsing \"" + text + "\": value out of range");
  }

  @Test
  void parse_quoteInText_isEscapedInMessage() {
    assertThatThrownBy(() -> GoFloat.parse("a\"\n"))
        .hasMessage("strconv.ParseFloat: parsing \"a\\\"\\n\": invalid syntax");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "-0.0,-0",
    "7,7",
    "1e-7,0.0000001",
    "1e21,1000000000000000000000",
    "0.1,0.1",
    "0.30000000000000004,0.30000000000000004",
    "123456789.25,123456789.25",
    "9007199254740993,9007199254740992",
    "2e23,200000000000000000000000",
    "NaN,NaN",
    "Infinity,+Inf",
    "-Infinity,-Inf",
  })
  void formatShortest_hasNoExponent(double value, String expected) {
    assertThat(GoFloat.formatShortest(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "100000,100000",
    "1000000,1e+06",
    "5242880,5.24288e+06",
    "123456789,1.23456789e+08",
    "-1e21,-1e+21",
    "0.0001,0.0001",
    "0.00001,1e-05",
    "1e100,1e+100",
    "4.9e-324,5e-324",
    "1.7976931348623157e308,1.7976931348623157e+308",
    "0.3333333333333333,0.3333333333333333",
    "NaN,NaN",
    "Infinity,+Inf",
  })
  void formatGoValue_usesExponentAsGo(double value, String expected) {
    assertThat(GoFloat.formatGoValue(value)).isEqualTo(expected);
  }

  @Test
  void formats_anyDouble_readBackAsTheSame() {
    long seed = 20260302;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isNaN(value)) {
        continue;
      }
      assertThat(GoFloat.parse(GoFloat.formatShortest(value))).as("seed %d", seed).isEqualTo(value);
      assertThat(GoFloat.parse(GoFloat.formatGoValue(value))).as("seed %d", seed).isEqualTo(value);
    }
  }
}
