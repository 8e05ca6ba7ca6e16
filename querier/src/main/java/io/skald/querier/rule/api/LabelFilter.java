package io.skald.querier.rule.api;

import io.skald.common.http.HttpException;
import io.skald.querier.rule.Rule;
import io.skald.querier.rule.RuleGroup;
import io.skald.querier.rule.RuleNamespace;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The parameter {@code labels=name:value,...}: only rules that carry all these labels are shown, in
 * their groups.
 */
record LabelFilter(Map<String, String> labels) {
  static LabelFilter of(List<String> values) {
    Map<String, String> labels = new TreeMap<>();
    for (String value : values) {
      for (String pair : value.split(",")) {
        if (pair.isBlank()) {
          continue;
        }
        int colon = pair.indexOf(':');
        if (colon < 0) {
          throw new HttpException(400, "labels must be like name:value,name:value: " + pair + "\n");
        }
        labels.put(pair.substring(0, colon).strip(), pair.substring(colon + 1).strip());
      }
    }
    return new LabelFilter(labels);
  }

  List<RuleNamespace> apply(List<RuleNamespace> namespaces) {
    return labels.isEmpty()
        ? namespaces
        : namespaces.stream()
            .map(each ->
                new RuleNamespace(
                    each.name(),
                    each.groups().stream()
                        .map(this::apply)
                        .filter(group -> !group.rules().isEmpty())
                        .toList()))
            .filter(each -> !each.groups().isEmpty())
            .toList();
  }

  private RuleGroup apply(RuleGroup group) {
    return new RuleGroup(
        group.name(),
        group.interval(),
        group.limit(),
        group.rules().stream().filter(this::matches).toList());
  }

  private boolean matches(Rule rule) {
    return rule.labels().entrySet().containsAll(labels.entrySet());
  }
}
