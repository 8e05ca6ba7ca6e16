package io.skald.agent.tail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiblingsTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          app.log, app.log.1,                       true
          app.log, app.log-20240131,                true
          app.log, app.log.2024-01-31T10:00:00Z,    true
          app.log, app-20240131.log,                true
          app.log, app.2024-01-31.3.log,            true
          syslog,  syslog.1,                        true
          app.log, app.log,                         false
          app.log, app.log.1.gz,                    false
          app.log, app.log.err,                     false
          app.log, app-error.log,                   false
          app.log, application.log,                 false
          app.log, other.log.1,                     false
          """)
  void isRotatedName_table(String name, String candidate, boolean expected) {
    assertThat(Siblings.isRotatedName(name, candidate)).isEqualTo(expected);
  }
}
