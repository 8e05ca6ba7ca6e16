package io.skald.common.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Keys of another program's file that have no counterpart here. Most do no harm and are ignored
 * with a warning; where silence would be dangerous, the file is refused with a reason.
 *
 * <p>Keys are dotted; {@code []} stands for each element of a list. A key that begins with {@code
 * *.} matches behind any prefix.
 */
public final class ForeignKeys {
  /**
   * A key that is refused, also below a key that is ignored.
   *
   * @param unless texts of values that do no harm and are ignored, as an empty value is
   * @param reason what would be lost, and what to do; a sentence without its stop
   */
  public record Refusal(String key, Set<String> unless, String reason) {
    public Refusal {
      unless = Set.copyOf(unless);
    }
  }

  /** What becomes of a key. */
  sealed interface Verdict {}

  /** The key is not listed. */
  record Unknown() implements Verdict {}

  record Ignored(String warning) implements Verdict {}

  /**
   * @param problems one for each place
   */
  record Refused(List<String> problems) implements Verdict {}

  private final Map<String, String> ignored;
  private final List<Refusal> refused;

  /**
   * @param ignored keys that are accepted with everything below them, and what their being ignored
   *     means; "" if there is nothing to say
   */
  public ForeignKeys(Map<String, String> ignored, List<Refusal> refused) {
    this.ignored = Map.copyOf(ignored);
    this.refused = List.copyOf(refused);
  }

  /**
   * Reads a list of keys that are ignored.
   *
   * @param lines one for each key, which ": " and what its being ignored means may follow
   * @return the keys in their order, and what that means; "" if there is nothing to say
   */
  public static Map<String, String> read(String lines) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (String line : lines.lines().toList()) {
      String[] parts = line.split(": ", 2);
      keys.put(parts[0], parts.length == 1 ? "" : parts[1]);
    }
    return keys;
  }

  static ForeignKeys ignoring(Set<String> keys) {
    return new ForeignKeys(
        keys.stream().collect(Collectors.toMap(Function.identity(), _ -> "")), List.of());
  }

  /** Judges a key that is not known. */
  Verdict judge(String key, String origin, ConfigNode value) {
    List<String> problems = new ArrayList<>();
    collect(key, origin, value, problems);
    if (!problems.isEmpty()) {
      return new Refused(problems);
    }
    String warning = origin + ": '" + key + "' has no effect in Skald and is ignored";
    for (Map.Entry<String, String> entry : ignored.entrySet()) {
      if (matches(entry.getKey(), key)) {
        String meaning = entry.getValue();
        return new Ignored(meaning.isEmpty() ? warning : warning + ": " + meaning);
      }
    }
    return refused.stream().anyMatch(refusal -> matches(refusal.key, key))
        ? new Ignored(warning)
        : new Unknown();
  }

  private void collect(String key, String origin, ConfigNode value, List<String> problems) {
    for (Refusal refusal : refused) {
      if (matches(refusal.key, key) && !isHarmless(refusal, value)) {
        problems.add(origin + ": '" + key + "' is refused: " + refusal.reason);
        return;
      }
    }
    switch (value) {
      case ConfigNode.Scalar _ -> {}
      case ConfigNode.Sequence(List<ConfigNode> items, _) ->
          items.forEach(item -> collect(key + "[]", item.origin(), item, problems));
      case ConfigNode.Mapping mapping ->
          mapping
              .entries()
              .forEach((name, inner) ->
                  collect(
                      key + "." + name,
                      mapping.keyOrigins().getOrDefault(name, origin),
                      inner,
                      problems));
    }
  }

  /** Nothing is lost with a value that is empty. */
  private static boolean isHarmless(Refusal refusal, ConfigNode value) {
    return switch (value) {
      case ConfigNode.Scalar(String text, _) ->
          text == null || text.isEmpty() || refusal.unless.contains(text);
      case ConfigNode.Sequence(List<ConfigNode> items, _) -> items.isEmpty();
      case ConfigNode.Mapping mapping -> mapping.entries().isEmpty();
    };
  }

  private static boolean matches(String pattern, String key) {
    return pattern.startsWith("*.") ? key.endsWith(pattern.substring(1)) : key.equals(pattern);
  }
}
