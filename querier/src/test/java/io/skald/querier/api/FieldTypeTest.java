package io.skald.querier.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldTypeTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          5, INT
          -12, INT
          0.5, FLOAT
          1e2, FLOAT
          NaN, FLOAT
          true, BOOLEAN
          t, BOOLEAN
          3s, DURATION
          1h30m, DURATION
          40KB, BYTES
          1.5 MiB, BYTES
          12B, BYTES
          10.0.0.1, STRING
          1..5KB, STRING
          '', STRING
          '3 s', STRING
          """)
  void of_text_isWhatGoReads(String text, FieldType type) {
    assertThat(FieldType.of(text)).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          40KB, 40kB
          1500B, 1.5kB
          2MiB, 2.1MB
          1GB, 1GB
          12B, 12B
          hello, hello
          5, 5
          """)
  void inDecimalUnits_size_isRewritten(String text, String shown) {
    assertThat(FieldType.inDecimalUnits(text)).isEqualTo(shown);
  }
}
