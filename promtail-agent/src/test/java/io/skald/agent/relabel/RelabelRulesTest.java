package io.skald.agent.relabel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelabelRulesTest {
  /** A rule from {@code key=value} pairs between blanks. */
  private static RelabelConfig rule(String text) {
    Map<String, String> keys = new TreeMap<>();
    for (String pair : text.strip().split(" +")) {
      String[] parts = pair.split("=", 2);
      keys.put(parts[0], parts[1]);
    }
    RelabelConfig defaults = RelabelConfig.DEFAULTS;
    return new RelabelConfig(
        keys.containsKey("source") ? Arrays.asList(keys.get("source").split(",")) : List.of(),
        keys.getOrDefault("separator", defaults.separator()),
        keys.getOrDefault("regex", defaults.regex()),
        keys.getOrDefault("target", defaults.targetLabel()),
        keys.getOrDefault("replacement", defaults.replacement()),
        Long.parseLong(keys.getOrDefault("modulus", "0")),
        keys.getOrDefault("action", defaults.action()));
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new TreeMap<>();
    for (String pair : text.split(" +")) {
      String[] parts = pair.split("=", 2);
      labels.put(parts[0], parts[1]);
    }
    return labels;
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "|",
      textBlock =
          """
          a=1 b=x        | source=nope target=b                                 | a=1
          a=x y=k        | source=a target=c replacement=$1x                    | a=x y=k
          a=x            | source=a target=c replacement=${1}x                  | a=x c=xx
          a=1 b=2        | source=a,b separator=/ regex=(.)/(.) target=c replacement=${2}-$1 | a=1 b=2 c=2-1
          a=foobar       | source=a regex=foo target=c                          | a=foobar
          a=foobar       | source=a regex=foo(bar)? target=c replacement=hit  | a=foobar c=hit
          a=v            | source=a target=$1 replacement=set                   | a=v v=set
          a=not-a-name   | source=a target=$1 replacement=set                   | a=not-a-name
          a=v            | source=a target=c replacement=$$1                    | a=v c=$1
          a=v            | source=a target=c replacement=cost:$-5               | a=v c=cost:$-5
          a=v            | source=a regex=(?P<n>.) target=c replacement=${n}$n  | a=v c=vv
          a=v            | source=a target=c replacement=$9                     | a=v
          a=v            | source=a target=c action=REPLACE                     | a=v c=v
          h=node-1       | source=h target=m modulus=8 action=hashmod           | h=node-1 m=6
          a=x b=y        | source=a,b target=m modulus=1000 action=hashmod      | a=x b=y m=238
          __m_app=z      | regex=__m_(.+) action=labelmap                       | __m_app=z app=z
          a=1 b=2 ab=3   | regex=a.* action=labeldrop                           | b=2
          a=1 b=2 ab=3   | regex=a action=labelkeep                             | a=1
          a=MiX          | source=a target=l action=lowercase                   | a=MiX l=mix
          a=MiX          | source=a target=l action=UpperCase                   | a=MiX l=MIX
          """)
  void apply_rule_changesLabels(String before, String rule, String after) {
    assertThat(RelabelRules.compile(List.of(rule(rule))).apply(labels(before)))
        .contains(new TreeMap<>(labels(after)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "|",
      textBlock =
          """
          a=foobar  | source=a regex=foo action=keep          | false
          a=foo     | source=a regex=foo action=keep          | true
          a=foo     | source=a regex=fo+ action=drop          | false
          a=bar     | source=a regex=fo+ action=drop          | true
          a=1 b=1   | source=a target=b action=keepequal      | true
          a=1 b=2   | source=a target=b action=keepequal      | false
          a=1 b=1   | source=a target=b action=dropequal      | false
          a=1       | source=nope regex=^$ action=keep        | true
          """)
  void apply_rule_decidesWhetherLabelsAreKept(String before, String rule, boolean kept) {
    assertThat(RelabelRules.compile(List.of(rule(rule))).apply(labels(before)).isPresent())
        .isEqualTo(kept);
  }

  @Test
  void apply_dotAndNewline_matches() {
    assertThat(
            RelabelRules.compile(List.of(rule("source=a regex=x.y target=hit replacement=1")))
                .apply(Map.of("a", "x\ny")))
        .hasValueSatisfying(labels -> assertThat(labels).containsEntry("hit", "1"));
  }

  @Test
  void apply_severalRules_inOrder() {
    RelabelRules rules =
        RelabelRules.compile(
            List.of(
                rule("source=a target=tmp"),
                rule("source=tmp regex=v target=b replacement=seen"),
                rule("regex=tmp action=labeldrop")));

    assertThat(rules.apply(Map.of("a", "v"))).contains(new TreeMap<>(labels("a=v b=seen")));
  }

  @Test
  void apply_input_isLeftAsItWas() {
    Map<String, String> before = Map.of("a", "v");

    assertThat(RelabelRules.compile(List.of(rule("regex=a action=labeldrop"))).apply(before))
        .hasValueSatisfying(labels -> assertThat(labels).isEmpty());
    assertThat(before).containsEntry("a", "v");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "|",
      textBlock =
          """
          source=a                                | action replace needs target_label
          source=a action=hashmod target=m        | action hashmod needs modulus above 0
          source=a action=lowercase               | action lowercase needs target_label
          source=a action=keepequal               | action keepequal needs target_label
          source=a action=labeldrop               | action labeldrop takes regex alone, no other key
          regex=x source=a action=labelkeep       | action labelkeep takes regex alone, no other key
          source=a target=b regex=x action=dropequal | takes source_labels and target_label alone
          source=a target=b action=rename         | action 'rename' is not known; there are replace, keep
          source=a target=a-b                     | cannot set the label 'a-b': it is not a label name
          source=a target=b regex=(?=x)           | regex '(?=x)' is not valid
          """)
  void compile_badRule_saysWhichAndWhy(String rule, String message) {
    List<RelabelConfig> rules = List.of(rule("source=a target=b"), rule(rule));

    assertThatThrownBy(() -> RelabelRules.compile(rules))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("relabel_configs[1]: ")
        .hasMessageContaining(message);
  }
}
