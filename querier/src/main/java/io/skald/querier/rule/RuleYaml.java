package io.skald.querier.rule;

import io.skald.common.values.PrometheusDuration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * Prints rules as YAML, in the form of Prometheus' rule files. {@link RuleReader} reads them. What
 * a rule leaves at its default is left out.
 */
public final class RuleYaml {
  private RuleYaml() {}

  /** Returns the text of one group. */
  public static String group(RuleGroup group) {
    return print(tree(group));
  }

  /** Returns the text of a map from namespaces to their groups. */
  public static String namespaces(List<RuleNamespace> namespaces) {
    Map<String, Object> tree = new LinkedHashMap<>();
    namespaces.forEach(each -> tree.put(each.name(), groups(each)));
    return print(tree);
  }

  /** Returns the text of a rule file: the groups, behind the name of their namespace. */
  public static String file(RuleNamespace namespace) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("namespace", namespace.name());
    tree.put("groups", groups(namespace));
    return print(tree);
  }

  private static String print(Map<String, Object> tree) {
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setIndicatorIndent(2)
            .setIndentWithIndicator(true)
            .setWidth(Integer.MAX_VALUE)
            .setSplitLines(false)
            .build();
    return new Dump(settings).dumpToString(tree);
  }

  private static List<Object> groups(RuleNamespace namespace) {
    List<Object> groups = new ArrayList<>();
    namespace.groups().forEach(group -> groups.add(tree(group)));
    return groups;
  }

  private static Map<String, Object> tree(RuleGroup group) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", group.name());
    putDuration(tree, "interval", group.interval().toNanos());
    if (group.limit() != 0) {
      tree.put("limit", group.limit());
    }
    List<Object> rules = new ArrayList<>();
    group.rules().forEach(rule -> rules.add(tree(rule)));
    tree.put("rules", rules);
    return tree;
  }

  private static Map<String, Object> tree(Rule rule) {
    Map<String, Object> tree = new LinkedHashMap<>();
    switch (rule) {
      case Rule.Alerting alerting -> {
        tree.put("alert", alerting.name());
        tree.put("expr", alerting.expr());
        putDuration(tree, "for", alerting.hold().toNanos());
        putDuration(tree, "keep_firing_for", alerting.keepFiringFor().toNanos());
        putLabels(tree, "labels", alerting.labels());
        putLabels(tree, "annotations", alerting.annotations());
      }
      case Rule.Recording recording -> {
        tree.put("record", recording.name());
        tree.put("expr", recording.expr());
        putLabels(tree, "labels", recording.labels());
      }
    }
    return tree;
  }

  private static void putDuration(Map<String, Object> tree, String key, long nanos) {
    if (nanos != 0) {
      tree.put(key, PrometheusDuration.format(nanos));
    }
  }

  private static void putLabels(
      Map<String, Object> tree, String key, SortedMap<String, String> labels) {
    if (!labels.isEmpty()) {
      tree.put(key, new LinkedHashMap<>(labels));
    }
  }
}
