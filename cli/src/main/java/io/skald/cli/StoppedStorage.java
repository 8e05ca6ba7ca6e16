package io.skald.cli;

import io.skald.common.config.ConfigException;
import io.skald.common.time.Clock;
import io.skald.server.SkaldConfig;
import io.skald.server.StoppedServer;
import java.util.List;

/**
 * Opens the storage of a server that does not run. It stands apart from the commands, whose methods
 * are looked at whenever any command starts: their types would be loaded.
 */
final class StoppedStorage {
  private StoppedStorage() {}

  /**
   * @param rest keys of the configuration on the command line
   * @throws UsageException if the configuration is no good or names no storage
   */
  static StoppedServer open(ConfigFlags flags, List<String> rest, Clock clock) {
    try {
      return new StoppedServer(
          SkaldConfig.load(flags.source(), flags.text(), ConfigFlags.overrides(rest)).config(),
          clock);
    } catch (ConfigException | IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }
}
