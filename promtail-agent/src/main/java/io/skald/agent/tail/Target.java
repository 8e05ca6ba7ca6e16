package io.skald.agent.tail;

import io.skald.common.model.Labels;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One glob with the labels that its lines get.
 *
 * <p>The key stays the same when labels or the glob are edited, so that positions outlive that.
 */
public final class Target {
  private static final String FILENAME = "filename";

  private final String key;
  private final String path;
  private final Glob glob;
  private final @Nullable Glob exclude;
  private final Labels labels;

  /**
   * @param key unique among the targets of an agent
   * @param labels the sent ones and {@code __path__}, {@code __path_exclude__}; empty values and
   *     all other names that start with two underscores are left out
   * @throws IllegalArgumentException if there is no {@code __path__} or a glob is malformed
   */
  public Target(String key, Map<String, String> labels) {
    this.key = key;
    String pattern = labels.get("__path__");
    if (pattern == null || pattern.isEmpty()) {
      throw new IllegalArgumentException(
          "job " + key + ": labels have no __path__, so there is nothing to follow");
    }
    this.path = pattern;
    this.glob = new Glob(pattern);
    String excluded = labels.getOrDefault("__path_exclude__", "");
    this.exclude = excluded.isEmpty() ? null : new Glob(excluded);
    Labels.Builder kept = Labels.builder();
    labels.forEach((name, value) -> {
      if (!name.startsWith("__") && !value.isEmpty()) {
        kept.set(name, value);
      }
    });
    this.labels = kept.build();
  }

  String key() {
    return key;
  }

  /** The pattern as it was written. */
  String path() {
    return path;
  }

  Glob glob() {
    return glob;
  }

  boolean excludes(String file) {
    return exclude != null && exclude.matches(file);
  }

  boolean matches(String file) {
    return (glob.matches(file) || path.equals(file)) && !excludes(file);
  }

  /** Returns the text of the labels of lines from {@code file}. */
  String streamLabels(String file) {
    return labels.toBuilder().set(FILENAME, file).build().toString();
  }
}
