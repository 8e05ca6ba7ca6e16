package io.skald.common.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0;0",
        "1;1",
        "1,500;1500",
        "1.5KB;1500",
        "1.5 kb;1500",
        "1KiB;1024",
        "1ki;1024",
        "5 MiB;5242880",
        "2MB;2000000",
        "1g;1000000000",
        "1 TiB;1099511627776",
        "1PB;1000000000000000",
        "1EiB;1152921504606846976",
        "10EB;9223372036854775807",
        "7B;7",
        ".5k;500",
      })
  void parse_size_readsBytes(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'';strconv.ParseFloat: parsing \"\": invalid syntax",
        "n/a;strconv.ParseFloat: parsing \"\": invalid syntax",
        "-1;strconv.ParseFloat: parsing \"\": invalid syntax",
        "1.2.3;strconv.ParseFloat: parsing \"1.2.3\": invalid syntax",
        "1 XB;unhandled size name: xb",
        "1 k b;unhandled size name: k b",
        "1ZB;unhandled size name: zb",
        "20EB;too large: 20EB",
      })
  void parse_notASize_saysWhy(String text, String message) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(NumberFormatException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0B",
    "999,999B",
    "1000,1.0kB",
    "1500,1.5kB",
    "10000,10kB",
    "12345,12kB",
    "640000,640kB",
    "2000000,2.0MB",
    "9223372036854775807,9.2EB",
  })
  void formatSi_largestUnit(long bytes, String expected) {
    assertThat(ByteSize.formatSi(bytes)).isEqualTo(expected);
  }
}
