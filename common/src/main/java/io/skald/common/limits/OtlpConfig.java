package io.skald.common.limits;

import io.skald.common.values.RegexErrors;
import java.util.List;

/**
 * What becomes of the attributes of OpenTelemetry records. The first rule that names an attribute
 * decides; without one, scope and log attributes become structured metadata.
 *
 * @param severityTextAsLabel whether {@code severity_text} becomes a label of the stream
 */
public record OtlpConfig(
    ResourceAttributes resourceAttributes,
    List<AttributeRule> scopeAttributes,
    List<AttributeRule> logAttributes,
    boolean severityTextAsLabel) {
  public static final OtlpConfig DEFAULTS =
      new OtlpConfig(new ResourceAttributes(false, List.of()), List.of(), List.of(), false);

  public OtlpConfig {
    scopeAttributes = List.copyOf(scopeAttributes);
    logAttributes = List.copyOf(logAttributes);
    checkNoLabels("scope_attributes", scopeAttributes);
    checkNoLabels("log_attributes", logAttributes);
  }

  /** What happens to an attribute. */
  public enum Action {
    INDEX_LABEL,
    STRUCTURED_METADATA,
    DROP
  }

  /**
   * Rules for the attributes of resources.
   *
   * @param ignoreDefaults whether the well-known attributes do not become labels by themselves
   */
  public record ResourceAttributes(boolean ignoreDefaults, List<AttributeRule> attributesConfig) {
    public ResourceAttributes {
      attributesConfig = List.copyOf(attributesConfig);
      check("resource_attributes.attributes_config", attributesConfig);
    }
  }

  /**
   * A rule for some attributes.
   *
   * @param attributes their names
   * @param regex or an expression that their whole names match
   */
  public record AttributeRule(Action action, List<String> attributes, String regex) {
    public AttributeRule {
      attributes = List.copyOf(attributes);
      RegexErrors.compile(regex);
    }

    /** Returns what a rule in a file starts from; it names no attribute yet. */
    public static AttributeRule defaults() {
      return new AttributeRule(Action.STRUCTURED_METADATA, List.of(), "");
    }
  }

  private static void checkNoLabels(String key, List<AttributeRule> rules) {
    check(key, rules);
    for (AttributeRule rule : rules) {
      if (rule.action == Action.INDEX_LABEL) {
        throw new IllegalArgumentException(
            "action index_label is for resource_attributes only, not for " + key);
      }
    }
  }

  private static void check(String key, List<AttributeRule> rules) {
    for (AttributeRule rule : rules) {
      if (rule.attributes.isEmpty() == rule.regex.isEmpty()) {
        throw new IllegalArgumentException(
            "each rule of " + key + " needs either attributes or a regex");
      }
    }
  }
}
