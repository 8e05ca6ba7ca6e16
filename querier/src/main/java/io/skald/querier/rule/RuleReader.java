package io.skald.querier.rule;

import io.skald.common.values.PrometheusDuration;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads and checks rules in the form of Prometheus' rule files. Unknown keys are ignored, as there
 * are many programs that write some. The texts of what is wrong are those that clients know.
 */
public final class RuleReader {
  /** What clients know as the answer to a text that is no group. */
  private static final String UNDECODABLE = "unable to decoded rule group";

  /** The longest text of a group, or file of groups. */
  public static final int MAX_BYTES = 4 << 20;

  /** Deeper than any rule; the composer of nodes recurses. */
  private static final int MAX_DEPTH = 32;

  private static final int MAX_NAME_LENGTH = 1024;
  private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
  private static final Pattern LABEL_NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
  private static final Pattern METRIC_NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

  /** Said instead of what is wrong with the form of the text; "" says that. */
  private final String undecodable;

  private RuleReader(String undecodable) {
    this.undecodable = undecodable;
  }

  /**
   * Reads one group.
   *
   * @throws InvalidRulesException if it is none, or not a valid one
   */
  public static RuleGroup group(String yaml) {
    RuleReader reader = new RuleReader(UNDECODABLE);
    return reader.group(0, reader.mapping(compose(yaml, UNDECODABLE), "a group"));
  }

  /**
   * Reads a file of groups, which stand below the key {@code groups}.
   *
   * @throws InvalidRulesException if it is none, or a group is not valid
   */
  public static RuleNamespace file(String namespace, String yaml) {
    RuleReader reader = new RuleReader("");
    Node top = compose(yaml, "");
    if (top == null || isNull(top)) {
      return new RuleNamespace(namespace, List.of());
    }
    Node list = value(reader.mapping(top, "the file"), "groups");
    List<RuleGroup> groups = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<Node> items = list == null ? List.of() : reader.items(list, "groups");
    for (int i = 0; i < items.size(); i++) {
      RuleGroup group = reader.group(i, reader.mapping(items.get(i), "a group"));
      if (!names.add(group.name())) {
        throw new InvalidRulesException(
            line(items.get(i)), "groupname: \"" + group.name() + "\" is repeated in the same file");
      }
      groups.add(group);
    }
    return new RuleNamespace(namespace, groups);
  }

  /** Returns the name of the namespace that {@link RuleYaml#file} has put before the groups. */
  public static String namespaceOf(String yaml) {
    RuleReader reader = new RuleReader("");
    return reader.text(reader.mapping(compose(yaml, ""), "the file"), "namespace");
  }

  private static @Nullable Node compose(String yaml, String undecodable) {
    if (yaml.length() > MAX_BYTES) {
      throw new InvalidRulesException(
          0, "rules are longer than " + MAX_BYTES + " bytes; write them in several groups");
    }
    LoadSettings settings =
        LoadSettings.builder().setLabel("rules").setCodePointLimit(MAX_BYTES).build();
    try {
      checkDepth(new Parse(settings).parseString(yaml));
      return new Compose(settings).composeString(yaml).orElse(null);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      throw new InvalidRulesException(
          line, worded(undecodable, "not valid YAML: " + e.getProblem()));
    } catch (YamlEngineException e) {
      throw new InvalidRulesException(0, worded(undecodable, "not valid YAML: " + e.getMessage()));
    }
  }

  private static void checkDepth(Iterable<Event> events) {
    int depth = 0;
    for (Event event : events) {
      if (event instanceof CollectionStartEvent) {
        depth++;
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
      if (depth > MAX_DEPTH) {
        throw new YamlEngineException("nested deeper than " + MAX_DEPTH + " levels");
      }
    }
  }

  private RuleGroup group(int index, MappingNode node) {
    String name = text(node, "name");
    if (name.isEmpty()) {
      throw new InvalidRulesException(
          line(node), "group " + index + ": Groupname must not be empty");
    }
    if (name.length() > MAX_NAME_LENGTH) {
      throw new InvalidRulesException(
          line(node),
          "group %d: the name has %d characters, at most %d"
              .formatted(index, name.length(), MAX_NAME_LENGTH));
    }
    Duration interval = duration(node, "interval");
    if (!interval.isZero() && interval.compareTo(MIN_INTERVAL) < 0) {
      throw new InvalidRulesException(
          line(node), "group '" + name + "': interval must be at least 1s, or 0 for the default");
    }
    List<Rule> rules = new ArrayList<>();
    Node list = value(node, "rules");
    for (Node rule : list == null ? List.<Node>of() : items(list, "rules")) {
      rules.add(rule(name, mapping(rule, "a rule")));
    }
    return new RuleGroup(name, interval, limit(node), rules);
  }

  private int limit(MappingNode node) {
    String text = text(node, "limit");
    try {
      int limit = text.isEmpty() ? 0 : Integer.parseInt(text);
      if (limit >= 0) {
        return limit;
      }
    } catch (NumberFormatException _) {
      // told below
    }
    throw undecodable(node, "limit must be a whole number, not negative: " + text);
  }

  private Rule rule(String group, MappingNode node) {
    String record = text(node, "record");
    String alert = text(node, "alert");
    int line = line(node);
    if (record.isEmpty() && alert.isEmpty()) {
      throw new InvalidRulesException(line, "one of 'record' or 'alert' must be set");
    }
    if (!record.isEmpty() && !alert.isEmpty()) {
      throw new InvalidRulesException(line, "only one of 'record' and 'alert' must be set");
    }
    String expr = text(node, "expr");
    String name = alert.isEmpty() ? record : alert;
    checkExpression(line, expr, alert.isEmpty() ? "record" : "alert", name, group);
    SortedMap<String, String> labels = labels(node, "labels");
    SortedMap<String, String> annotations = labels(node, "annotations");
    Duration hold = duration(node, "for");
    Duration keepFiringFor = duration(node, "keep_firing_for");
    checkLabels(line, labels);
    if (!alert.isEmpty()) {
      for (String annotation : annotations.keySet()) {
        check(LABEL_NAME, line, annotation, "invalid annotation name: ");
      }
      return new Rule.Alerting(alert, expr, hold, keepFiringFor, labels, annotations);
    }
    refuse(line, "annotations", !annotations.isEmpty());
    refuse(line, "for", !hold.isZero());
    refuse(line, "keep_firing_for", !keepFiringFor.isZero());
    check(METRIC_NAME, line, record, "invalid recording rule name: ");
    return new Rule.Recording(record, expr, labels);
  }

  private static void checkExpression(
      int line, String expr, String kind, String name, String group) {
    if (expr.isEmpty()) {
      throw new InvalidRulesException(line, "field 'expr' must be set in rule");
    }
    try {
      Expr parsed = Parser.parse(expr);
      if (parsed instanceof Expr.Variants) {
        throw new ParseException("multi variant queries are disabled for this instance");
      }
    } catch (ParseException e) {
      throw new InvalidRulesException(
          line,
          "could not parse expression for "
              + kind
              + " '"
              + name
              + "' in group '"
              + group
              + "': "
              + e.getMessage());
    }
  }

  private static void checkLabels(int line, SortedMap<String, String> labels) {
    for (String label : labels.keySet()) {
      check(LABEL_NAME, line, label, "invalid label name: ");
      if (label.equals("__name__")) {
        throw new InvalidRulesException(line, "invalid label name: " + label);
      }
    }
  }

  private static void check(Pattern pattern, int line, String name, String complaint) {
    if (!pattern.matcher(name).matches()) {
      throw new InvalidRulesException(line, complaint + name);
    }
  }

  private static void refuse(int line, String field, boolean isSet) {
    if (isSet) {
      throw new InvalidRulesException(line, "invalid field '" + field + "' in recording rule");
    }
  }

  private SortedMap<String, String> labels(MappingNode node, String key) {
    SortedMap<String, String> labels = new TreeMap<>();
    Node value = value(node, key);
    if (value != null) {
      MappingNode mapping = mapping(value, key);
      for (NodeTuple tuple : mapping.getValue()) {
        labels.put(scalar(tuple.getKeyNode(), "a name"), scalar(tuple.getValueNode(), "a value"));
      }
    }
    return labels;
  }

  private Duration duration(MappingNode node, String key) {
    String text = text(node, key);
    try {
      return text.isEmpty() ? Duration.ZERO : Duration.ofNanos(PrometheusDuration.parse(text));
    } catch (IllegalArgumentException e) {
      throw undecodable(node, key + ": " + e.getMessage());
    }
  }

  private String text(MappingNode node, String key) {
    Node value = value(node, key);
    return value == null ? "" : scalar(value, key);
  }

  private String scalar(Node node, String what) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw undecodable(node, what + " must be a single value");
  }

  private List<Node> items(Node node, String what) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    throw undecodable(node, what + " must be a list");
  }

  private MappingNode mapping(@Nullable Node node, String what) {
    if (node instanceof MappingNode mapping) {
      return mapping;
    }
    throw undecodable(node, what + " must be a mapping of keys to values");
  }

  /** Returns the value of a key; null if it is absent or empty. */
  private static @Nullable Node value(MappingNode node, String key) {
    for (NodeTuple tuple : node.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key)) {
        return isNull(tuple.getValueNode()) ? null : tuple.getValueNode();
      }
    }
    return null;
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
  }

  private InvalidRulesException undecodable(@Nullable Node node, String why) {
    return new InvalidRulesException(node == null ? 0 : line(node), worded(undecodable, why));
  }

  private static String worded(String undecodable, String why) {
    return undecodable.isEmpty() ? why : undecodable;
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }
}
