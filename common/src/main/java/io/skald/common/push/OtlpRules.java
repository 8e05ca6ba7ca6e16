package io.skald.common.push;

import com.google.re2j.Pattern;
import io.skald.common.limits.OtlpConfig;
import io.skald.common.limits.OtlpConfig.Action;
import io.skald.common.limits.OtlpConfig.AttributeRule;
import io.skald.common.values.RegexErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What becomes of OpenTelemetry attributes, ready to be asked. Immutable. */
public final class OtlpRules {
  /** Resource attributes that become labels, their dots replaced. */
  private static final Set<String> INDEXED =
      Set.of(
          "service.name",
          "service.namespace",
          "service.instance.id",
          "deployment.environment",
          "deployment.environment.name",
          "cloud.region",
          "cloud.availability_zone",
          "k8s.cluster.name",
          "k8s.namespace.name",
          "k8s.pod.name",
          "k8s.container.name",
          "container.name",
          "k8s.replicaset.name",
          "k8s.deployment.name",
          "k8s.statefulset.name",
          "k8s.daemonset.name",
          "k8s.cronjob.name",
          "k8s.job.name");

  static final OtlpRules DEFAULTS = of(OtlpConfig.DEFAULTS);

  private final Attributes resource;
  private final Attributes scope;
  private final Attributes log;
  private final boolean severityTextAsLabel;

  private OtlpRules(OtlpConfig config) {
    OtlpConfig.ResourceAttributes ofResource = config.resourceAttributes();
    resource =
        new Attributes(
            ofResource.attributesConfig(), ofResource.ignoreDefaults() ? Set.of() : INDEXED);
    scope = new Attributes(config.scopeAttributes(), Set.of());
    log = new Attributes(config.logAttributes(), Set.of());
    severityTextAsLabel = config.severityTextAsLabel();
  }

  public static OtlpRules of(OtlpConfig config) {
    return new OtlpRules(config);
  }

  Attributes resource() {
    return resource;
  }

  Attributes scope() {
    return scope;
  }

  Attributes log() {
    return log;
  }

  boolean severityTextAsLabel() {
    return severityTextAsLabel;
  }

  /** The rules for the attributes of one kind. */
  static final class Attributes {
    private record Expression(Pattern pattern, Action action) {}

    private final Map<String, Action> named = new HashMap<>();
    private final List<Expression> expressions = new ArrayList<>();

    private Attributes(List<AttributeRule> rules, Set<String> indexed) {
      for (AttributeRule rule : rules) {
        rule.attributes().forEach(name -> named.putIfAbsent(name, rule.action()));
        if (!rule.regex().isEmpty()) {
          Pattern pattern = RegexErrors.compile("^(?:" + rule.regex() + ")$");
          expressions.add(new Expression(pattern, rule.action()));
        }
      }
      indexed.forEach(name -> named.putIfAbsent(name, Action.INDEX_LABEL));
    }

    /** Returns whether all attributes become structured metadata, whatever their names. */
    boolean isEmpty() {
      return named.isEmpty() && expressions.isEmpty();
    }

    /** A name that is listed counts before an expression. */
    Action action(String name) {
      Action listed = named.get(name);
      if (listed != null) {
        return listed;
      }
      for (Expression expression : expressions) {
        if (expression.pattern.matcher(name).find()) {
          return expression.action;
        }
      }
      return Action.STRUCTURED_METADATA;
    }
  }
}
