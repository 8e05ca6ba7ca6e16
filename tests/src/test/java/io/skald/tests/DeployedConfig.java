package io.skald.tests;

import io.skald.common.config.ConfigException;
import io.skald.server.AgentProcess;
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

  /**
   * Returns the mistakes and warnings of an agent's configuration. As long as the agent has no
   * pages, that it ignores their port is left out.
   */
  static List<String> agent(String name, String yaml) {
    List<String> problems;
    try {
      problems = new ArrayList<>(AgentProcess.load(name, expanded(yaml), Map.of()).warnings());
    } catch (ConfigException e) {
      problems = new ArrayList<>(List.of(String.valueOf(e.getMessage()).split("\n")));
    }
    problems.removeIf(problem -> problem.contains("'server.http_listen_port' has no effect"));
    return problems;
  }

  /** Puts something in for variables, as {@code -config.expand-env} does. */
  private static String expanded(String yaml) {
    return yaml.replaceAll("\\$\\{\\w+}", "expanded");
  }
}
