package io.skald.querier.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleReaderTest {
  private static final String GROUP =
      """
      name: g
      interval: 1m30s
      limit: 7
      source_tenants: [other]
      rules:
        - alert: Jam
          expr: sum by (app) (count_over_time({app="kiosk"} |= "jam" [1h])) > 0
          for: 5s
          keep_firing_for: 10m
          labels: {severity: page, number: 012}
          annotations: {summary: "jam {{ $labels.app }}: {{ $value }}"}
          unknown: {a: [b]}
        - record: app:jams:count
          expr: count_over_time({app="kiosk"}[1h])
          labels: {team: a}
      """;

  @Test
  void group_allKeys_areRead() {
    RuleGroup group = RuleReader.group(GROUP);

    assertThat(group.name()).isEqualTo("g");
    assertThat(group.interval()).isEqualTo(Duration.ofSeconds(90));
    assertThat(group.limit()).isEqualTo(7);
    assertThat(group.rules().getFirst())
        .isInstanceOfSatisfying(
            Rule.Alerting.class,
            rule -> {
              assertThat(rule.hold()).hasSeconds(5);
              assertThat(rule.keepFiringFor()).hasMinutes(10);
              assertThat(rule.labels()).containsEntry("severity", "page");
              assertThat(rule.labels()).containsEntry("number", "012");
              assertThat(rule.annotations())
                  .containsEntry("summary", "jam {{ $labels.app }}: {{ $value }}");
            });
    assertThat(group.rules().getLast()).isInstanceOf(Rule.Recording.class);
  }

  @Test
  void yaml_ofAGroup_readsAsTheSame() {
    RuleGroup group = RuleReader.group(GROUP);

    assertThat(RuleReader.group(RuleYaml.group(group))).isEqualTo(group);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "../../etc/passwd",
        "%2f",
        "a/b",
        "",
        " ",
        "- x",
        "&a",
        "null",
        "true",
        "1.0",
        "\u0000",
        "line\nbreak",
        "tab\there",
        "\uD83D\uDE00",
        "\u2028",
        "{{ $x }}",
        "'",
        "\"",
        ": ",
        "#"
      })
  void yaml_ofHostileTexts_readsAsTheSame(String text) {
    RuleGroup group =
        RuleReader.group("{name: g, rules: [{record: r, expr: vector(1), labels: {a: b}}]}");
    Rule.Recording rule = (Rule.Recording) group.rules().getFirst();
    SortedMap<String, String> labels = new TreeMap<>(rule.labels());
    labels.put("a", text);
    RuleNamespace namespace =
        new RuleNamespace(
            text,
            List.of(
                new RuleGroup(
                    "g" + text,
                    Duration.ZERO,
                    0,
                    List.of(new Rule.Recording("r", "vector(1)", labels)))));

    String file = RuleYaml.file(namespace);

    assertThat(RuleReader.file(RuleReader.namespaceOf(file), file)).isEqualTo(namespace);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          ''                                                => unable to decoded rule group
          []                                                => unable to decoded rule group
          text                                              => unable to decoded rule group
          {name: [a]}                                       => unable to decoded rule group
          {name: g, interval: soon}                         => unable to decoded rule group
          {name: g, limit: many}                            => unable to decoded rule group
          {name: g, limit: -1}                              => unable to decoded rule group
          {name: g, rules: {a: b}}                          => unable to decoded rule group
          {name: g, rules: [a]}                             => unable to decoded rule group
          '{name: g, rules: ['                              => unable to decoded rule group
          {rules: []}                                       => group 0: Groupname must not be empty
          {name: '', rules: []}                             => group 0: Groupname must not be empty
          {name: g, rules: [{expr: vector(1)}]}             => one of 'record' or 'alert' must be set
          {name: g, rules: [{alert: a, record: b}]}         => only one of 'record' and 'alert' must be set
          {name: g, rules: [{record: a b, expr: vector(1)}]} => invalid recording rule name: a b
          {name: g, rules: [{alert: a}]}                    => field 'expr' must be set in rule
          {name: g, rules: [{record: a, expr: vector(1), for: 1m}]} => invalid field 'for' in recording rule
          {name: g, rules: [{alert: a, expr: vector(1), labels: {a-b: c}}]} => invalid label name: a-b
          {name: g, interval: 10ms}                         => group 'g': interval must be at least 1s, or 0 for the default
          """)
  void group_notValid_isRefusedInKnownWords(String yaml, String message) {
    assertThatThrownBy(() -> RuleReader.group(yaml))
        .isInstanceOf(InvalidRulesException.class)
        .hasMessage(message);
  }

  @Test
  void group_badExpression_tellsWhereItStands() {
    assertThatThrownBy(() ->
            RuleReader.group("{name: bad, rules: [{alert: x, expr: 'sum(rate({a=1}[1m]))'}]}"))
        .hasMessageStartingWith(
            "could not parse expression for alert 'x' in group 'bad': parse error");
  }

  @Test
  void group_logQuery_isTaken() {
    assertThat(RuleReader.group("{name: g, rules: [{alert: x, expr: '{a=\"b\"}'}]}").rules())
        .hasSize(1);
  }

  @Test
  void group_nestedVeryDeeply_isRefused() {
    String yaml = "{name: g, x: " + "[".repeat(100_000) + "]".repeat(100_000) + "}";

    assertThatThrownBy(() -> RuleReader.group(yaml)).isInstanceOf(InvalidRulesException.class);
  }

  @Test
  void group_aliasesThatMultiply_areRefusedOrHarmless() {
    StringBuilder yaml = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 20; i++) {
      yaml.append(
          "a%d: &a%d [%s]\n".formatted(i, i, "*a" + (i - 1) + ("," + "*a" + (i - 1)).repeat(9)));
    }
    yaml.append("name: g\nrules: *a19\n");

    assertThatThrownBy(() -> RuleReader.group(yaml.toString()))
        .isInstanceOf(InvalidRulesException.class);
  }

  @Test
  void file_badRule_tellsItsLine() {
    String yaml =
        """
        groups:
          - name: a
            rules:
              - record: good
                expr: vector(1)
              - alert: bad
                expr: sum(
        """;

    assertThatThrownBy(() -> RuleReader.file("f.yaml", yaml))
        .isInstanceOfSatisfying(
            InvalidRulesException.class, e -> assertThat(e.line()).isEqualTo(6));
  }

  @Test
  void file_sameNameTwice_isRefused() {
    assertThatThrownBy(() -> RuleReader.file("f", "groups: [{name: a}, {name: a}]"))
        .hasMessage("groupname: \"a\" is repeated in the same file");
  }

  @Test
  void file_empty_hasNoGroups() {
    assertThat(RuleReader.file("f", "# nothing\n").groups()).isEmpty();
    assertThat(RuleReader.file("f", "groups:\n").groups()).isEmpty();
  }
}
