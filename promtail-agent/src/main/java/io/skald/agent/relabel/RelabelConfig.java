package io.skald.agent.relabel;

import java.util.List;

/**
 * One rule as it is written: an element of {@code relabel_configs}.
 *
 * @param sourceLabels whose values are joined; an absent label reads as ""
 * @param separator between them
 * @param regex RE2, anchored at both ends; a dot matches a newline too
 * @param targetLabel may refer to groups of the regex where the action is {@code replace}
 * @param replacement may refer to groups: {@code $1}, {@code ${name}}
 * @param modulus of {@code hashmod}
 * @param action in any letter case
 */
public record RelabelConfig(
    List<String> sourceLabels,
    String separator,
    String regex,
    String targetLabel,
    String replacement,
    long modulus,
    String action) {
  static final String DEFAULT_SEPARATOR = ";";
  static final String DEFAULT_REGEX = "(.*)";
  static final String DEFAULT_REPLACEMENT = "$1";

  public static final RelabelConfig DEFAULTS =
      new RelabelConfig(
          List.of(), DEFAULT_SEPARATOR, DEFAULT_REGEX, "", DEFAULT_REPLACEMENT, 0, "replace");

  public static RelabelConfig defaults() {
    return DEFAULTS;
  }

  public RelabelConfig {
    sourceLabels = List.copyOf(sourceLabels);
  }
}
