package io.skald.agent.source.journal;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The block {@code journal} of a job.
 *
 * @param maxAge entries older than this are not read, neither at the first start nor after a pause
 * @param json whether the line is a JSON object of all fields; else the message
 * @param labels of every entry
 * @param path a directory of journal files; empty means those of the system
 * @param matches like {@code _TRANSPORT=kernel PRIORITY=3}: entries that have all of them
 */
public record JournalConfig(
    Duration maxAge, boolean json, Map<String, String> labels, String path, String matches) {
  private static final Pattern MATCH = Pattern.compile("[A-Z0-9_]+=.*");

  public static JournalConfig defaults() {
    return new JournalConfig(Duration.ofHours(7), false, Map.of(), "", "");
  }

  public JournalConfig {
    labels = Map.copyOf(labels);
    if (!maxAge.isPositive()) {
      throw new IllegalArgumentException("max_age must be positive: " + maxAge);
    }
    for (String match : terms(matches)) {
      if (!MATCH.matcher(match).matches()) {
        throw new IllegalArgumentException(
            "matches must be like _TRANSPORT=kernel PRIORITY=3: " + match);
      }
    }
  }

  List<String> terms() {
    return terms(matches);
  }

  private static List<String> terms(String matches) {
    return matches.isBlank() ? List.of() : List.of(matches.strip().split("\\s+"));
  }
}
