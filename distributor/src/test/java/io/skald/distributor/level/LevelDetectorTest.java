package io.skald.distributor.level;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.limits.Limits;
import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LevelDetectorTest {
  private final LevelDetector detector =
      new LevelDetector(Limits.DEFAULTS.entries().logLevelFields());

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '~',
      textBlock =
          """
          level=info msg="ramp down" -> info
          level=WARN msg="ramp slow" -> warn
          lvl=dbg msg="ramp poll" -> debug
          severity=err level=info -> info
          LEVEL=Critical -> critical
          level=quirky msg="unknown word" -> unknown
          level=quirky msg="an error here" -> error
          level=information -> info
          a==b level=warn -> warn
          {"level":"Error","msg":"stuck"} -> error
          {"msg":"x","severity" : "CRITICAL"} -> critical
          {"nested":{"level":"fatal"},"msg":"gone"} -> fatal
          {"one":{"two":{"level":"dbg"}},"msg":"too deep"} -> unknown
          {"one":{"two":{"level":"debug"}},"msg":"too deep"} -> debug
          {"a":"level","msg":"warn"} -> warn
          {"level":3,"lvl":"trc"} -> trace
          {"lEvEl":"dbg"} -> unknown
          {"q":"a\\"b","level":"warn"} -> warn
          {"level":"inf -> unknown
          plain words only -> unknown
          ERROR: plain with marker -> error
          [warn] bracket marker -> warn
          errors are not a marker -> unknown
          xerror -> unknown
          first info then error -> info
          WARNING! -> warn
          fatal -> fatal
          err -> error
          info. -> unknown
          """)
  void detect_line_findsItsLevel(String line, String level) {
    assertThat(detect(line)).isEqualTo(level);
  }

  @Test
  void detect_emptyLine_isUnknown() {
    assertThat(detect("")).isEqualTo("unknown");
  }

  @ParameterizedTest
  @CsvSource({
    "TRC,trace",
    "dbg,debug",
    "INF,info",
    "Information,info",
    "wrn,warn",
    "Warning,warn",
    "ERR,error",
    "CRITICAL,critical",
    "Fatal,fatal",
    "Quirky,Quirky"
  })
  void normalize_alias_becomesTheUsualWord(String value, String level) {
    assertThat(LevelDetector.normalize(value)).isEqualTo(level);
  }

  @ParameterizedTest
  @CsvSource({
    "0,unknown",
    "1,trace",
    "4,trace",
    "5,debug",
    "9,info",
    "13,warn",
    "17,error",
    "21,fatal",
    "24,fatal",
    "25,unknown",
    "-3,unknown",
    "x,info"
  })
  void ofSeverityNumber_range_isALevel(String number, String level) {
    assertThat(LevelDetector.ofSeverityNumber(number)).isEqualTo(level);
  }

  @Test
  void inLabels_listOrderDecides() {
    assertThat(detector.inLabels(Labels.of("severity", "FATAL", "level", "Warning")))
        .hasValue("warn");
    assertThat(detector.inLabels(Labels.of("lEvel", "x"))).isEmpty();
  }

  @Test
  void detect_randomBytes_neverThrows() {
    long seed = 5;
    Random random = new Random(seed);
    byte[] alphabet = "{}[]\":,=\\ level\nerror".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 100_000; i++) {
      byte[] line = new byte[random.nextInt(40)];
      for (int j = 0; j < line.length; j++) {
        line[j] =
            random.nextInt(10) == 0
                ? (byte) random.nextInt()
                : alphabet[random.nextInt(alphabet.length)];
      }
      assertThat(detector.detect(line, 0, line.length)).as("seed %d", seed).isNotNull();
    }
  }

  private String detect(String line) {
    byte[] bytes = ("<<" + line + ">>").getBytes(StandardCharsets.UTF_8);
    return detector.detect(bytes, 2, bytes.length - 4);
  }
}
