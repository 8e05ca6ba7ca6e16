package io.skald.common.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A configuration as a tree that remembers where each value was written. Scalars stay text, so that
 * {@code yes}, {@code 012} and {@code 1.10} reach a string key unchanged. A component of this type
 * takes whatever stands at its key, for parts of a file that no record can describe.
 */
public sealed interface ConfigNode {
  /** Returns where the value was written, for messages: {@code file:line:column}. */
  String origin();

  /**
   * @param text null for an empty value ({@code key:})
   */
  record Scalar(@Nullable String text, String origin) implements ConfigNode {}

  record Sequence(List<ConfigNode> items, String origin) implements ConfigNode {}

  /**
   * @param entries mutable: flags are laid over the file, old spellings replaced by new ones
   */
  record Mapping(Map<String, ConfigNode> entries, Map<String, String> keyOrigins, String origin)
      implements ConfigNode {
    public static Mapping empty(String origin) {
      return new Mapping(new LinkedHashMap<>(), new LinkedHashMap<>(), origin);
    }

    public void put(String key, ConfigNode value, String keyOrigin) {
      entries.put(key, value);
      keyOrigins.put(key, keyOrigin);
    }
  }

  /**
   * Parses YAML 1.2.
   *
   * @param source the file's name, for messages
   * @throws ConfigException if the text is not YAML or its top is not a mapping
   */
  static Mapping parse(String source, String yaml) {
    ConfigNode top = parseAny(source, yaml);
    return switch (top) {
      case Mapping mapping -> mapping;
      case Scalar(String text, String origin) when text == null -> Mapping.empty(origin);
      case Scalar _, Sequence _ ->
          throw new ConfigException(
              List.of(top.origin() + ": the configuration must be a mapping of keys to values"));
    };
  }

  /**
   * Parses YAML 1.2, of which JSON is a part.
   *
   * @param source the file's name, for messages
   * @throws ConfigException if the text is not YAML
   */
  static ConfigNode parseAny(String source, String yaml) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(source).setAllowDuplicateKeys(false).build();
    try {
      return new Compose(settings)
          .composeString(yaml)
          .map(node -> convert(source, node))
          .orElseGet(() -> new Scalar(null, source));
    } catch (MarkedYamlEngineException e) {
      String at = e.getProblemMark().map(mark -> origin(source, mark)).orElse(source);
      throw new ConfigException(List.of(at + ": not valid YAML: " + e.getProblem()));
    } catch (YamlEngineException e) {
      throw new ConfigException(List.of(source + ": not valid YAML: " + e.getMessage()));
    }
  }

  private static ConfigNode convert(String source, Node node) {
    String origin = node.getStartMark().map(mark -> origin(source, mark)).orElse(source);
    return switch (node) {
      case ScalarNode scalar ->
          new Scalar(scalar.getTag().equals(Tag.NULL) ? null : scalar.getValue(), origin);
      case SequenceNode sequence -> {
        List<ConfigNode> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
          items.add(convert(source, item));
        }
        yield new Sequence(items, origin);
      }
      case MappingNode mapping -> {
        Mapping result = Mapping.empty(origin);
        for (NodeTuple tuple : mapping.getValue()) {
          Node key = tuple.getKeyNode();
          String keyOrigin = key.getStartMark().map(mark -> origin(source, mark)).orElse(origin);
          if (!(key instanceof ScalarNode name)) {
            throw new ConfigException(List.of(keyOrigin + ": a key must be plain text"));
          }
          String first = result.keyOrigins().get(name.getValue());
          if (first != null) {
            throw new ConfigException(
                List.of(
                    keyOrigin + ": key '" + name.getValue() + "' stands twice, first at " + first));
          }
          result.put(name.getValue(), convert(source, tuple.getValueNode()), keyOrigin);
        }
        yield result;
      }
      default -> throw new ConfigException(List.of(origin + ": unsupported YAML node"));
    };
  }

  private static String origin(String source, Mark mark) {
    return source + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
  }
}
