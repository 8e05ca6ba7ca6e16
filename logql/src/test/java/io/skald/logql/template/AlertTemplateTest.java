package io.skald.logql.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertTemplateTest {
  private static final AlertTemplate.Scope SCOPE =
      new AlertTemplate.Scope(
          Labels.of("app", "kiosk", "host", "é"), Labels.of("region", "eu"), "http://g", 1234.5);

  private static String expand(String text) {
    return AlertTemplate.compile("__alert_x", text, Clock.system()).expand(SCOPE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          {{ $labels.app }} is {{ $value }}               -> kiosk is 1234.5
          {{ .Labels.host }} {{ .Value }}                 -> é 1234.5
          {{ $labels.absent }}|                           -> |
          {{ $externalLabels.region }} {{ $externalURL }} -> eu http://g
          {{ printf "%.2f %s" $value $labels.app }}       -> 1234.50 kiosk
          {{ if gt $value 1000.0 }}much{{ end }}          -> much
          {{ range $k, $v := $labels }}{{ $k }}={{ $v }};{{ end }} -> app=kiosk;host=é;
          {{ title "ab cd" }} {{ toUpper "é" }} {{ toLower "ABC" }} -> Ab Cd É abc
          {{ match "k.*k" $labels.app }} {{ match "^o" $labels.app }} -> true false
          {{ reReplaceAll "k(.)" "<$1>" $labels.app }}    -> <i>osk
          {{ $labels.app | reReplaceAll "i.*" "" }}       -> k
          {{ stripPort "a.b:80" }} {{ stripPort "a.b" }} {{ stripPort "[::1]:80" }} -> a.b a.b ::1
          {{ stripDomain "a.b.c:80" }} {{ stripDomain "10.1.2.3:80" }} -> a:80 10.1.2.3:80
          {{ humanize 0.0 }} {{ humanize 1.0 }} {{ humanize 1234567.0 }} {{ humanize 0.1 }} -> 0 1 1.235M 100m
          {{ humanize "1e9" }} {{ humanize -1500 }}       -> 1G -1.5k
          {{ humanize1024 1048576.0 }} {{ humanize1024 100.0 }} -> 1Mi 100
          {{ humanizeDuration 0 }} {{ humanizeDuration 0.001 }} {{ humanizeDuration 1.5 }} -> 0s 1ms 1.5s
          {{ humanizeDuration 59 }} {{ humanizeDuration 3661 }} {{ humanizeDuration -90061 }} -> 59s 1h 1m 1s -1d 1h 1m 1s
          {{ humanizePercentage 0.1234567 }}              -> 12.35%
          {{ humanizeTimestamp 1435065584.128 }}          -> 2015-06-23 13:19:44.128 +0000 UTC
          {{ parseDuration "1h30m" }}                     -> 5400
          no template                                     -> no template
          """)
  void expand_variablesAndFunctions_areThoseOfPrometheus(String template, String text) {
    assertThat(expand(template)).isEqualTo(text);
  }

  @Test
  void compile_functionsOfOtherLanguages_doNotExist() {
    assertThatThrownBy(() -> expand("{{ query \"up\" }}"))
        .hasMessage("template: __alert_x:1: function \"query\" not defined");
    assertThatThrownBy(() -> expand("{{ __line__ }}")).isInstanceOf(TemplateException.class);
  }

  @Test
  void expand_fails_tellsWhere() {
    assertThatThrownBy(() -> expand("{{ humanize \"x\" }}"))
        .hasMessageContaining("template: __alert_x:1:")
        .hasMessageContaining("error calling humanize: strconv.ParseFloat: parsing \"x\"");
  }

  @Test
  void expand_loopsWithoutEnd_isBounded() {
    assertThatThrownBy(() -> expand("{{ range 100000000 }}x{{ end }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("exceeded the limit");
  }
}
