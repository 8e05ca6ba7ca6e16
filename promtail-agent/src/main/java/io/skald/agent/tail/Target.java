package io.skald.agent.tail;

import io.skald.common.model.Labels;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
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
  private final String job;
  private final Map<String, String> external;
  private final LineEncoding encoding;
  private final @Nullable ArchiveFormat archives;

  /** A target without external labels; its job is its key up to the last slash. */
  public Target(String key, Map<String, String> labels) {
    this(
        key,
        key.substring(0, Math.max(0, key.lastIndexOf('/'))),
        labels,
        Map.of(),
        LineEncoding.BYTES,
        null);
  }

  /**
   * @param key unique among the targets of an agent
   * @param job whose stages the lines go through
   * @param labels the sent ones and {@code __path__}, {@code __path_exclude__}; empty values and
   *     all other names that start with two underscores are left out
   * @param external labels of the client, which those of the target win over
   * @param encoding of the files
   * @param archives how they are compressed, null if they are not
   * @throws IllegalArgumentException if there is no {@code __path__} or a glob is malformed
   */
  public Target(
      String key,
      String job,
      Map<String, String> labels,
      Map<String, String> external,
      LineEncoding encoding,
      @Nullable ArchiveFormat archives) {
    this.key = key;
    this.job = job;
    this.external = Map.copyOf(external);
    this.encoding = encoding;
    this.archives = archives;
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

  /** Unique among the targets of an agent. */
  public String key() {
    return key;
  }

  /** The job whose stages its lines go through. */
  public String job() {
    return job;
  }

  /** How its files are compressed, null if they are not. */
  public @Nullable ArchiveFormat archives() {
    return archives;
  }

  LineEncoding encoding() {
    return encoding;
  }

  /** Returns what lines get, and the path. */
  public Map<String, String> labels() {
    Map<String, String> all = new TreeMap<>();
    for (int i = 0; i < labels.size(); i++) {
      all.put(labels.name(i), labels.value(i));
    }
    all.put("__path__", path);
    return all;
  }

  /** The pattern as it was written. */
  String path() {
    return path;
  }

  /** The pattern as the name of one file, whatever it holds; null if it can be none. */
  @Nullable Path literalPath() {
    try {
      return Path.of(path).toAbsolutePath();
    } catch (InvalidPathException _) {
      return null;
    }
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

  /** Returns what lines from {@code file} begin with. */
  LineSource sourceOf(String file) {
    Labels own = labels.toBuilder().set(FILENAME, file).build();
    return new LineSource(job, own, own.withUnder(external).toString());
  }
}
