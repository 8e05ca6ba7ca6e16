package io.skald.agent;

import io.skald.common.config.ConfigException;
import io.skald.common.config.ConfigNode;
import io.skald.common.config.ConfigNode.Mapping;
import io.skald.common.config.ConfigNode.Scalar;
import io.skald.common.config.ConfigReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Reads a configuration in the shape of Promtail's file. */
public final class AgentConfigFile {
  private static final String CLIENT_FLAG = "client.";
  private static final String SKIP_FLAG = "compat.skip_unsupported";

  private AgentConfigFile() {}

  /** A configuration and what was said while it was read. */
  public record Loaded(AgentConfig config, List<String> warnings) {
    public Loaded {
      warnings = List.copyOf(warnings);
    }

    public String logLevel() {
      return config.run().server().logLevel();
    }
  }

  /**
   * Reads a configuration.
   *
   * @throws ConfigException with every mistake and its line
   */
  public static Loaded load(String source, String yaml, Map<String, String> overrides) {
    return load(source, yaml, overrides, UnaryOperator.identity());
  }

  /**
   * Reads a configuration that is changed before it is checked.
   *
   * @param overrides dotted keys and their texts; those below {@code client} are keys of one more
   *     client, whose {@code external_labels} ({@code name=value,...}) stand under the labels of
   *     all clients
   * @throws ConfigException with every mistake and its line
   */
  public static Loaded load(
      String source,
      String yaml,
      Map<String, String> overrides,
      UnaryOperator<AgentConfig> change) {
    Mapping tree = ConfigNode.parse(source, yaml);
    Map<String, String> keys = new LinkedHashMap<>();
    overrides.forEach((flag, value) -> {
      String key = flag.replace('-', '_');
      if (key.startsWith(CLIENT_FLAG)) {
        addClientFlag(tree, flag, key.substring(CLIENT_FLAG.length()), value);
      } else {
        keys.put(flag, value);
      }
    });
    PromtailSpellings spellings = new PromtailSpellings(tree);
    spellings.rewrite();
    if (skipsUnsupported(tree, keys)) {
      spellings.skip(UnsupportedSources.names());
    }
    ConfigReader reader = new ConfigReader(source, PromtailKeys.keys());
    AgentConfig config = change.apply(reader.read(tree, AgentConfig.defaults(), keys));
    List<String> problems = new ArrayList<>();
    try {
      config.validate();
    } catch (IllegalArgumentException e) {
      problems.add(source + ": " + e.getMessage());
    }
    AgentChecks.Findings findings = AgentChecks.findings(config);
    problems.addAll(findings.problems());
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    List<String> warnings = new ArrayList<>(spellings.warnings());
    warnings.addAll(reader.warnings());
    warnings.addAll(findings.warnings());
    config.run().compat().active().forEach(active -> warnings.add("switched on: " + active));
    return new Loaded(config, warnings);
  }

  private static boolean skipsUnsupported(Mapping tree, Map<String, String> keys) {
    for (Map.Entry<String, String> key : keys.entrySet()) {
      if (key.getKey().replace('-', '_').equals(SKIP_FLAG)) {
        return key.getValue().equals("true");
      }
    }
    return tree.entries().get("compat") instanceof Mapping compat
        && compat.entries().get("skip_unsupported") instanceof Scalar(String text, _)
        && "true".equals(text);
  }

  /** Lays a flag over the {@code client} of the file. */
  private static void addClientFlag(Mapping tree, String flag, String key, String value) {
    String origin = "-" + flag;
    Mapping client =
        tree.entries().get("client") instanceof Mapping existing ? existing : Mapping.empty(origin);
    tree.put("client", client, origin);
    Mapping at = client;
    String[] parts = key.split("\\.");
    for (int i = 0; i < parts.length - 1; i++) {
      Mapping inner =
          at.entries().get(parts[i]) instanceof Mapping existing ? existing : Mapping.empty(origin);
      at.put(parts[i], inner, origin);
      at = inner;
    }
    String last = parts[parts.length - 1];
    at.put(
        last,
        last.equals("external_labels") ? pairs(origin, value) : new Scalar(value, origin),
        origin);
  }

  private static ConfigNode pairs(String origin, String text) {
    Mapping pairs = Mapping.empty(origin);
    for (String pair : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new ConfigException(List.of(origin + " must be name=value,name=value: " + text));
      }
      pairs.put(
          pair.substring(0, equals).strip(),
          new Scalar(pair.substring(equals + 1).strip(), origin),
          origin);
    }
    return pairs;
  }
}
