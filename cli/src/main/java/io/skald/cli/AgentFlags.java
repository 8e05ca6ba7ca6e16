package io.skald.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The flags of the agent beside its commands: Promtail's names, and any key of the file. Like
 * Promtail's, a flag may have its value behind {@code =} or as the next argument, and a switch
 * needs none.
 */
final class AgentFlags {
  /** Promtail's flags that are no keys with dots, and the keys they set. */
  private static final Map<String, String> KEYS =
      Map.ofEntries(
          Map.entry("client.batch_wait", "client.batchwait"),
          Map.entry("client.batch_size_bytes", "client.batchsize"),
          Map.entry("client.max_retries", "client.backoff_config.max_retries"),
          Map.entry("client.min_backoff", "client.backoff_config.min_period"),
          Map.entry("client.max_backoff", "client.backoff_config.max_period"),
          Map.entry("positions.file", "positions.filename"),
          Map.entry("target.sync_period", "target_config.sync_period"),
          Map.entry("log.level", "server.log_level"),
          Map.entry("log.format", "server.log_format"),
          Map.entry("limit.readline_rate", "limits_config.readline_rate"),
          Map.entry("limit.readline_burst", "limits_config.readline_burst"),
          Map.entry("limit.readline_rate_enabled", "limits_config.readline_rate_enabled"),
          Map.entry("limit.readline_rate_drop", "limits_config.readline_rate_drop"),
          Map.entry("max_streams", "limits_config.max_streams"),
          Map.entry("max_line_size", "limits_config.max_line_size"),
          Map.entry("max_line_size_truncate", "limits_config.max_line_size_truncate"),
          Map.entry("file_watch.min_poll_frequency", "global.file_watch_config.min_poll_frequency"),
          Map.entry(
              "file_watch.max_poll_frequency", "global.file_watch_config.max_poll_frequency"));

  private AgentFlags() {}

  /**
   * Returns the keys that the arguments set.
   *
   * @throws UsageException for an argument that is no flag
   */
  static Map<String, String> keys(List<String> arguments) {
    Map<String, String> keys = new LinkedHashMap<>();
    List<String> rest = new ArrayList<>(arguments);
    while (!rest.isEmpty()) {
      String argument = rest.removeFirst();
      if (!argument.startsWith("-")) {
        throw new UsageException(
            "unknown argument '" + argument + "'; a key of the file is set by -key=value");
      }
      String flag = argument.replaceFirst("^--?", "");
      int equals = flag.indexOf('=');
      String name = equals < 0 ? flag : flag.substring(0, equals);
      String value;
      if (equals >= 0) {
        value = flag.substring(equals + 1);
      } else if (rest.isEmpty() || rest.getFirst().startsWith("-")) {
        value = "true";
      } else {
        value = rest.removeFirst();
      }
      if (name.isEmpty()) {
        throw new UsageException(
            "unknown argument '" + argument + "'; a key of the file is set by -key=value");
      }
      keys.put(key(name), value);
    }
    return keys;
  }

  private static String key(String name) {
    String key = KEYS.get(name.replace('-', '_'));
    return key == null ? name : key;
  }
}
