package io.skald.distributor.labels;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.limits.Limits;
import io.skald.common.measure.CacheStatistics;
import io.skald.common.model.Fingerprint;
import io.skald.common.push.LabelSyntaxException;
import io.skald.distributor.labels.StreamLabels.Accepted;
import io.skald.distributor.labels.StreamLabels.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelCacheTest {
  private final LabelCache cache = new LabelCache(1 << 20);
  private final LabelRules rules = new LabelRules(Limits.DEFAULTS);

  private StreamLabels read(String text) {
    byte[] bytes = ("xx" + text + "yy").getBytes(UTF_8);
    return cache.read(rules, bytes, 2, bytes.length - 4);
  }

  private Accepted accepted(String text) {
    return (Accepted) read(text);
  }

  @Test
  void statistics_ofTwoReadsOfOneText_areAMissAndAHit() {
    read("{app=\"a\"}");
    read("{app=\"a\"}");

    CacheStatistics statistics = cache.statistics();
    assertThat(statistics.hits()).isEqualTo(1);
    assertThat(statistics.misses()).isEqualTo(1);
    assertThat(statistics.evictions()).isZero();
    assertThat(statistics.bytes()).isBetween(100L, 1000L);
    assertThat(statistics.limitBytes()).isEqualTo(1 << 20);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiterString = "->",
      textBlock =
          """
          {app="a"}                        -> {app="a", service_name="a"}
          { env = "dev" ,app="a" , }       -> {app="a", env="dev", service_name="a"}
          {app="a",gone=""}                -> {app="a", service_name="a"}
          {zone="z"}                       -> {service_name="unknown_service", zone="z"}
          {}                               -> {service_name="unknown_service"}
          {app="a",service="s"}            -> {app="a", service="s", service_name="s"}
          {app="a",service_name="given"}   -> {app="a", service_name="given"}
          {app="a",service_name=""}        -> {app="a", service_name="a"}
          {service_name="s",app='it"s'}    -> {app="it\\"s", service_name="s"}
          {service_name="s",v="a\\"b\\\\c"}  -> {service_name="s", v="a\\"b\\\\c"}
          {service_name="s",v=`a\\b`}       -> {service_name="s", v="a\\\\b"}
          {service_name="s",v="\\x41\\102\\u00e9\\U0001F680\\t"} -> {service_name="s", v="ABé🚀\\t"}
          """)
  void read_text_normalises(String text, String expected) {
    Accepted labels = accepted(text);

    assertThat(labels.text()).isEqualTo(expected);
    assertThat(labels.labels().toString()).isEqualTo(expected);
    assertThat(labels.fingerprint()).isEqualTo(Fingerprint.of(labels.labels()));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiterString = "->",
      textBlock =
          """
          {app="pushed" case=      -> 1:15: parse error: unexpected identifier "case" in label set, expected "," or "}"
          {app=pushed}             -> 1:6: parse error: unexpected identifier "pushed" in label set, expected string
          {bad-name="x"}           -> 1:5: parse error: unexpected character inside braces: '-'
          {9lives="x"}             -> 1:2: parse error: unexpected character inside braces: '9'
          {="x"}                   -> 1:2: parse error: unexpected "=" in label set, expected identifier or "}"
          {ключ="x"}               -> 1:2: parse error: unexpected character inside braces: 'к'
          {a!="x"}                 -> 1:3: parse error: unexpected "!=" in label set, expected "="
          {a="x"                   -> 1:7: parse error: unexpected end of input inside braces
          {a="x                    -> 1:4: parse error: unterminated quoted string
          {a=`x                    -> 1:4: parse error: unterminated raw string
          {a="\\q"}                -> 1:4: parse error: unknown escape sequence
          {a="\\x4"}               -> 1:4: parse error: illegal character in escape sequence
          {a="\\ud800"}            -> 1:4: parse error: escape sequence is an invalid Unicode code point
          {a="\\400"}              -> 1:4: parse error: octal escape value 256 > 255
          {"a"="x"}                -> 1:2: parse error: unexpected string "\\"a\\"" in label set, expected identifier or "}"
          {a="x"} z                -> 1:9: parse error: unexpected text after the label set
          a="x"                    -> 1:1: parse error: unexpected identifier "a", expected "{"
          """)
  void read_badText_saysWhere(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(LabelSyntaxException.class)
        .hasMessage(message);
  }

  @Test
  void read_errorOnSecondLine_countsLines() {
    assertThatThrownBy(() -> read("{a=\"x\",\n b}"))
        .hasMessage("2:3: parse error: unexpected \"}\" in label set, expected \"=\"");
  }

  @Test
  void read_noLabelsWithoutDiscovery_isRefused() {
    LabelRules plain = new LabelRules(withoutDiscovery());

    assertThat(cache.read(plain, "{}".getBytes(UTF_8), 0, 2))
        .isEqualTo(
            new Refused(
                StreamLabels.Reason.NO_LABELS,
                "error at least one label pair is required per stream"));
    assertThat(cache.read(plain, new byte[0], 0, 0)).isInstanceOf(Refused.class);
  }

  @Test
  void read_differentRules_areCachedApart() {
    LabelRules plain = new LabelRules(withoutDiscovery());
    byte[] text = "{a=\"1\"}".getBytes(UTF_8);

    Accepted with = (Accepted) cache.read(rules, text, 0, text.length);
    Accepted without = (Accepted) cache.read(plain, text, 0, text.length);

    assertThat(with.text()).isEqualTo("{a=\"1\", service_name=\"unknown_service\"}");
    assertThat(without.text()).isEqualTo("{a=\"1\"}");
  }

  @Test
  void read_sameTextAgain_answersFromTheCache() {
    assertThat(read("{a=\"1\"}")).isSameAs(read("{a=\"1\"}"));
  }

  @Test
  void read_level_isThatOfTheLabels() {
    assertThat(accepted("{level=\"Warning\"}").level()).isEqualTo("warn");
    assertThat(accepted("{a=\"1\"}").level()).isEmpty();
  }

  @Test
  void read_tooManyNames_doesNotCountServiceName() {
    String fifteen = labels(15);
    String sixteen = labels(16);

    assertThat(read("{" + fifteen + "}")).isInstanceOf(Accepted.class);
    assertThat(((Refused) read("{" + sixteen + "}")).message())
        .startsWith("entry for stream '{l00=\"v\", ")
        .endsWith("service_name=\"unknown_service\"}' has 16 label names; limit 15");
  }

  private static String labels(int count) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < count; i++) {
      out.append(String.format("l%02d=\"v\",", i));
    }
    return out.toString();
  }

  @Test
  void read_longNamesAndValues_areRefused() {
    String name = "n".repeat(1025);
    String value = "é".repeat(1025);

    assertThat(((Refused) read("{service_name=\"s\"," + name + "=\"x\"}")).message())
        .isEqualTo(
            "stream '{%s=\"x\", service_name=\"s\"}' has label name too long: '%s'"
                .formatted(name, name));
    assertThat(((Refused) read("{service_name=\"s\",a=\"" + value + "\"}")).message())
        .isEqualTo(
            "stream '{a=\"%s\", service_name=\"s\"}' has label value too long: '%s'"
                .formatted(value, value));
    assertThat(read("{" + "n".repeat(1024) + "=\"" + "é".repeat(1024) + "\"}"))
        .isInstanceOf(Accepted.class);
  }

  @Test
  void read_repeatedName_isRefused() {
    assertThat(((Refused) read("{service_name=\"s\",c=\"twice\",c=\"again\"}")).message())
        .isEqualTo(
            "stream '{c=\"twice\", c=\"again\", service_name=\"s\"}' has duplicate label name:"
                + " 'c'");
  }

  @Test
  void read_hundredThousandLabels_isRefusedWithAShortMessage() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < 100_000; i++) {
      text.append('l').append(i).append("=\"v\",");
    }

    Refused refused = (Refused) read(text.append('}').toString());

    assertThat(refused.message()).contains("has 100000 label names").hasSizeLessThan(70_000);
  }

  private static Limits withoutDiscovery() {
    return TestLimits.with(l -> l.discoverServiceName = java.util.List.of());
  }
}
