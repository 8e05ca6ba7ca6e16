package io.skald.agent.relabel;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.skald.common.values.GroupTemplate;
import io.skald.common.values.RegexErrors;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One compiled rule. Immutable. */
final class RelabelRule {
  private static final Pattern LABEL_NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  /** What a target may look like while it still refers to groups. */
  private static final Pattern TARGET = Pattern.compile("(?:[a-zA-Z0-9_]|\\$\\{?\\w+\\}?)+");

  private enum Action {
    REPLACE,
    KEEP,
    DROP,
    KEEPEQUAL,
    DROPEQUAL,
    HASHMOD,
    LABELMAP,
    LABELDROP,
    LABELKEEP,
    LOWERCASE,
    UPPERCASE
  }

  private final RelabelConfig config;
  private final Action action;
  private final Pattern regex;
  private final GroupTemplate target;
  private final GroupTemplate replacement;

  private RelabelRule(RelabelConfig config, Action action, Pattern regex) {
    this.config = config;
    this.action = action;
    this.regex = regex;
    this.target = new GroupTemplate(config.targetLabel(), regex);
    this.replacement = new GroupTemplate(config.replacement(), regex);
  }

  /**
   * @throws IllegalArgumentException if the rule cannot work, saying why
   */
  static RelabelRule compile(RelabelConfig config) {
    Action action = action(config.action());
    check(config, action);
    try {
      RegexErrors.compile(config.regex()); // by itself, and within bounds
      // The group keeps alternatives inside the anchors.
      Pattern regex = Pattern.compile("^(?s:" + config.regex() + ")$");
      return new RelabelRule(config, action, regex);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "regex '" + config.regex() + "' is not valid: " + e.getMessage(), e);
    }
  }

  private static Action action(String text) {
    for (Action action : Action.values()) {
      if (action.name().equalsIgnoreCase(text)) {
        return action;
      }
    }
    throw new IllegalArgumentException(
        "action '"
            + text
            + "' is not known; there are "
            + Arrays.stream(Action.values())
                .map(action -> action.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")));
  }

  private static void check(RelabelConfig config, Action action) {
    switch (action) {
      case REPLACE, HASHMOD, LOWERCASE, UPPERCASE, KEEPEQUAL, DROPEQUAL -> {
        require(!config.targetLabel().isEmpty(), action, "needs target_label");
        Pattern names = action == Action.REPLACE ? TARGET : LABEL_NAME;
        require(
            names.matches(config.targetLabel()),
            action,
            "cannot set the label '" + config.targetLabel() + "': it is not a label name");
      }
      case KEEP, DROP, LABELMAP, LABELDROP, LABELKEEP -> {}
    }
    switch (action) {
      case HASHMOD -> require(config.modulus() > 0, action, "needs modulus above 0");
      case LABELDROP, LABELKEEP ->
          require(config.equals(onlyRegex(config)), action, "takes regex alone, no other key");
      case KEEPEQUAL, DROPEQUAL ->
          require(
              config.regex().equals(RelabelConfig.DEFAULT_REGEX)
                  && config.replacement().equals(RelabelConfig.DEFAULT_REPLACEMENT)
                  && config.modulus() == 0
                  && config.separator().equals(RelabelConfig.DEFAULT_SEPARATOR),
              action,
              "takes source_labels and target_label alone, no other key");
      case REPLACE, KEEP, DROP, LABELMAP, LOWERCASE, UPPERCASE -> {}
    }
  }

  private static RelabelConfig onlyRegex(RelabelConfig config) {
    RelabelConfig defaults = RelabelConfig.DEFAULTS;
    return new RelabelConfig(
        defaults.sourceLabels(),
        defaults.separator(),
        config.regex(),
        defaults.targetLabel(),
        defaults.replacement(),
        defaults.modulus(),
        config.action());
  }

  private static void require(boolean holds, Action action, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(
          "action " + action.name().toLowerCase(Locale.ROOT) + " " + problem);
    }
  }

  /**
   * Changes {@code labels}.
   *
   * @return whether they are kept
   */
  boolean apply(SortedMap<String, String> labels) {
    switch (action) {
      case REPLACE -> replace(labels);
      case KEEP -> {
        return regex.matches(joined(labels));
      }
      case DROP -> {
        return !regex.matches(joined(labels));
      }
      case KEEPEQUAL -> {
        return joined(labels).equals(labels.getOrDefault(config.targetLabel(), ""));
      }
      case DROPEQUAL -> {
        return !joined(labels).equals(labels.getOrDefault(config.targetLabel(), ""));
      }
      case HASHMOD -> set(labels, config.targetLabel(), hashmod(joined(labels)));
      case LABELMAP -> labelmap(labels);
      case LABELDROP -> labels.keySet().removeIf(regex::matches);
      case LABELKEEP -> labels.keySet().removeIf(name -> !regex.matches(name));
      case LOWERCASE -> set(labels, config.targetLabel(), joined(labels).toLowerCase(Locale.ROOT));
      case UPPERCASE -> set(labels, config.targetLabel(), joined(labels).toUpperCase(Locale.ROOT));
    }
    return true;
  }

  private String joined(Map<String, String> labels) {
    return config.sourceLabels().stream()
        .map(name -> labels.getOrDefault(name, ""))
        .collect(Collectors.joining(config.separator()));
  }

  private void replace(SortedMap<String, String> labels) {
    Matcher match = regex.matcher(joined(labels));
    if (!match.matches()) {
      return;
    }
    String name = target.expand(match);
    if (LABEL_NAME.matches(name)) {
      set(labels, name, replacement.expand(match));
    }
  }

  private void labelmap(SortedMap<String, String> labels) {
    Map<String, String> copies = new TreeMap<>();
    labels.forEach((name, value) -> {
      Matcher match = regex.matcher(name);
      if (match.matches()) {
        copies.put(replacement.expand(match), value);
      }
    });
    copies.forEach((name, value) -> set(labels, name, value));
  }

  /** An empty value takes the label away. */
  private static void set(SortedMap<String, String> labels, String name, String value) {
    if (value.isEmpty()) {
      labels.remove(name);
    } else {
      labels.put(name, value);
    }
  }

  /** The last 8 bytes of the MD5 of the value, big-endian and unsigned, modulo the modulus. */
  private String hashmod(String value) {
    byte[] digest;
    try {
      digest = MessageDigest.getInstance("MD5").digest(value.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
    return new BigInteger(1, Arrays.copyOfRange(digest, 8, 16))
        .mod(BigInteger.valueOf(config.modulus()))
        .toString();
  }
}
