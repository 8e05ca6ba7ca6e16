package io.skald.tests;

import io.skald.common.config.ConfigException;
import io.skald.server.AgentProcess;
import io.skald.server.SkaldConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Configurations below deploy/, read as the program reads them. */
final class DeployedConfig {
  private DeployedConfig() {}

  /** What a program without roles says to them. */
  private static final String NO_ROLES = "this version runs as a single process";

  /** What such a program says that it ignores. */
  private static final Pattern OF_CLUSTERS =
      Pattern.compile(
          ".*'(common\\.ring|memberlist|server\\.grpc_\\w+|ingester_client)' has no effect.*");

  /**
   * Returns the mistakes and warnings of a server's configuration. As long as the program knows no
   * roles, those about keys of clusters are left out.
   *
   * @param flags keys that the command line sets, with their values
   */
  static List<String> server(String name, String yaml, Map<String, String> flags) {
    if (knowsRoles() || flags.getOrDefault("target", "all").equals("all")) {
      return read(name, yaml, flags);
    }
    Map<String, String> single = new HashMap<>(flags);
    single.put("target", "all");
    single.put("common.replication_factor", "1");
    List<String> problems = new ArrayList<>(read(name, yaml, single));
    problems.removeIf(problem -> OF_CLUSTERS.matcher(problem).matches());
    return problems;
  }

  private static boolean knowsRoles() {
    return read("roles.yaml", "", Map.of("target", "querier")).stream()
        .noneMatch(problem -> problem.contains(NO_ROLES));
  }

  private static List<String> read(String name, String yaml, Map<String, String> flags) {
    try {
      return SkaldConfig.load(name, expanded(yaml), flags).warnings();
    } catch (ConfigException e) {
      return new ArrayList<>(List.of(String.valueOf(e.getMessage()).split("\n")));
    }
  }

  /** Returns the mistakes and warnings of an agent's configuration. */
  static List<String> agent(String name, String yaml) {
    try {
      return AgentProcess.load(name, expanded(yaml), Map.of()).warnings();
    } catch (ConfigException e) {
      return new ArrayList<>(List.of(String.valueOf(e.getMessage()).split("\n")));
    }
  }

  /** Puts something in for variables, as {@code -config.expand-env} does. */
  private static String expanded(String yaml) {
    return yaml.replaceAll("\\$\\{\\w+}", "expanded");
  }
}
