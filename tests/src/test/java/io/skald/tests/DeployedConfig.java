package io.skald.tests;

import io.skald.agent.AgentConfigFile;
import io.skald.common.config.ConfigException;
import io.skald.server.SkaldConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Configurations below deploy/, read as the program reads them. */
final class DeployedConfig {
  private DeployedConfig() {}

  /**
   * Returns the mistakes and warnings of a server's configuration.
   *
   * @param flags keys that the command line sets, with their values
   */
  static List<String> server(String name, String yaml, Map<String, String> flags) {
    try {
      return SkaldConfig.load(name, expanded(yaml), flags).warnings();
    } catch (ConfigException e) {
      return new ArrayList<>(List.of(String.valueOf(e.getMessage()).split("\n")));
    }
  }

  /** Returns the mistakes and warnings of an agent's configuration. */
  static List<String> agent(String name, String yaml) {
    try {
      return AgentConfigFile.load(name, expanded(yaml), Map.of()).warnings();
    } catch (ConfigException e) {
      return List.of(String.valueOf(e.getMessage()).split("\n"));
    }
  }

  /** Puts something in for variables, as {@code -config.expand-env} does. */
  private static String expanded(String yaml) {
    return yaml.replaceAll("\\$\\{\\w+}", "expanded");
  }
}
