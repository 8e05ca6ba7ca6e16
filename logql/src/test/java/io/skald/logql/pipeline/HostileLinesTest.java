package io.skald.logql.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.skald.common.model.Labels;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines that were made to hurt: random bytes, deep nesting, very many keys, very long. */
final class HostileLinesTest {
  private static final Duration LINEAR = Duration.ofSeconds(20);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "| json",
        "| json a, b=`b[0].c`",
        "| logfmt",
        "| logfmt --strict --keep-empty",
        "| logfmt a, x=`b`",
        "| regexp `(?P<a>a+)(?P<b>[^a]*)`",
        "| pattern `<a>=<b> <_>\"<c>`",
        "| unpack",
        "| decolorize",
        "| json | logfmt | unpack | decolorize | a > 1 | b=ip(`1.0.0.0/8`) | c > 1s | d > 1KB",
        "|~ `a.*b` |~ `(?i)é` !~ `x|y` |> `<_>a<_>` |= ip(`::/0`)",
        "| json | label_format x=`{{.a}}`, y=b | drop a=~`a+` | keep b, x | line_format `{{.x}}`"
      })
  void process_randomBytes_neverFails(String stages) {
    Random random = new Random(stages.hashCode());
    byte[] alphabet = "{}[]\":,\\ab =u0\n\u001B[m;1.:tfn-".getBytes(UTF_8);
    LineProcessor processor = Pipeline.compile(Stages.parse(stages)).forStream(Labels.of("a", "1"));
    for (int round = 0; round < 20_000; round++) {
      byte[] area = new byte[random.nextInt(80)];
      for (int i = 0; i < area.length; i++) {
        area[i] =
            random.nextInt(12) == 0
                ? (byte) random.nextInt(256)
                : alphabet[random.nextInt(alphabet.length)];
      }
      int start = random.nextInt(area.length + 1);
      if (processor.process(0, area, start, area.length - start, Labels.EMPTY)) {
        assertThat(processor.labels().all()).isNotNull();
        assertThat(Stages.lineOf(processor)).isNotNull();
      }
    }
  }

  @Test
  void json_manyKeys_isLinear() {
    StringBuilder line = new StringBuilder("{");
    for (int i = 0; i < 100_000; i++) {
      line.append(i == 0 ? "" : ",").append("\"key").append(i).append("\":").append(i);
    }
    Labels labels = all("| json", line.append('}').toString());

    assertThat(labels.size()).isEqualTo(100_000);
    assertThat(labels.get("key99999")).isEqualTo("99999");
  }

  @Test
  void logfmt_manyKeys_isLinear() {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      line.append("k").append(i).append("=v ");
    }

    assertThat(all("| logfmt | drop k5", line.toString()).size()).isEqualTo(99_999);
  }

  @Test
  void json_moreKeysThanAllowed_stopsExtracting() {
    StringBuilder line = new StringBuilder("{");
    for (int i = 0; i < 200_000; i++) {
      line.append("\"k").append(i).append("\":1,");
    }

    assertThat(all("| json", line.append('}').toString()).size()).isEqualTo(1 << 17);
  }

  @ParameterizedTest
  @ValueSource(strings = {"| json", "| json x=`a.a.a`", "| unpack", "| logfmt"})
  void process_openBraces_isLinear(String stages) {
    assertThat(all(stages, "{\"a\":".repeat(100_000))).isNotNull();
    assertThat(all(stages, "{".repeat(100_000))).isNotNull();
    assertThat(all(stages, "[".repeat(100_000))).isNotNull();
  }

  @Test
  void json_deepNesting_isLinear() {
    int depth = 100_000;
    String line = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);

    assertThat(all("| json", line).get("__error__")).isEqualTo("JSONParserErr");
  }

  @Test
  void json_longKeyInsideAnObject_isExtracted() {
    String key = "k".repeat(1000);

    assertThat(all("| json", "{\"a\":{\"" + key + "\":1}}")).isEqualTo(Labels.of("a_" + key, "1"));
  }

  @Test
  void json_nestingOfHonestDepth_isExtracted() {
    String line = "{\"a\":".repeat(60) + "1" + "}".repeat(60);

    assertThat(all("| json", line)).isEqualTo(Labels.of("a_".repeat(59) + "a", "1"));
  }

  @Test
  void json_longNameOnManyLeaves_isBounded() {
    String name = "n".repeat(3_000);
    StringBuilder line = new StringBuilder("{\"").append(name).append("\":{");
    for (int i = 0; i < 50_000; i++) {
      line.append("\"").append(i).append("\":1,");
    }
    Labels labels = all("| json", line.append("}}").toString());

    assertThat(labels.size()).isBetween(5_000, 6_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "| json",
        "| logfmt",
        "| unpack",
        "| pattern `<a> <b>`",
        "| decolorize",
        "|~ `needle.*x`",
        "|= ip(`1.2.3.4`)"
      })
  void process_longLine_isLinear(String stages) {
    byte[] line = new byte[20_000_000];
    byte[] pattern = "{\"a\":\"1:2\u001B[m\\\" = ".getBytes(UTF_8);
    for (int i = 0; i < line.length; i++) {
      line[i] = pattern[i % pattern.length];
    }
    LineProcessor processor = Pipeline.compile(Stages.parse(stages)).forStream(Labels.EMPTY);

    Assertions.assertTimeout(
        LINEAR, () -> processor.process(0, line, 0, line.length, Labels.EMPTY));
  }

  /** The sequences are found by hand; the expression in the comment there is the specification. */
  @Test
  void decolorize_randomSequences_agreesWithTheExpression() {
    Pattern sequence =
        Pattern.compile(
            "[\\x1B\\x{9B}][\\[\\]()#;?]*(?:(?:(?:[a-zA-Z\\d]*(?:;[a-zA-Z\\d]*)*)?\\x07)"
                + "|(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PRZcf-ntqry=><~]))");
    Random random = new Random(5);
    String[] parts = {
      "\u001B", "\u009B", "[", "]", ";", "1", "2", "m", "A", "S", "\u0007", " ", "é", "?", "~"
    };
    for (int round = 0; round < 50_000; round++) {
      StringBuilder line = new StringBuilder();
      int length = random.nextInt(14);
      for (int i = 0; i < length; i++) {
        line.append(parts[random.nextInt(parts.length)]);
      }
      Stages.Outcome outcome =
          Stages.run("| decolorize", Labels.EMPTY, Labels.EMPTY, line.toString());

      assertThat(outcome.line()).isEqualTo(sequence.matcher(line.toString()).replaceAll(""));
    }
  }

  private static Labels all(String stages, String line) {
    byte[] bytes = line.getBytes(UTF_8);
    LineProcessor processor = Pipeline.compile(Stages.parse(stages)).forStream(Labels.EMPTY);
    return Assertions.assertTimeout(
        LINEAR,
        () -> {
          processor.process(0, bytes, 0, bytes.length, Labels.EMPTY);
          return processor.labels().all();
        });
  }
}
