package io.skald.querier.rule.evaluate;

import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.template.AlertTemplate;
import io.skald.logql.template.TemplateException;
import io.skald.querier.rule.Rule;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The labels and annotations of a rule's alerts, written for each series. A template that fails
 * leaves the reason as its text: the alert is worth more than its words.
 */
final class AlertTexts {
  private final SortedMap<String, Text> labels = new TreeMap<>();

  private final SortedMap<String, Text> annotations = new TreeMap<>();
  private final EvaluationConfig config;

  /** What becomes of a template. */
  private sealed interface Text {
    record Compiled(String name, AlertTemplate template) implements Text {}

    record Fixed(String text) implements Text {}
  }

  AlertTexts(Rule.Alerting rule, EvaluationConfig config, Clock clock) {
    this.config = config;
    rule.labels().forEach((name, text) -> labels.put(name, compile(rule.name(), text, clock)));
    rule.annotations()
        .forEach((name, text) -> annotations.put(name, compile(rule.name(), text, clock)));
  }

  private static Text compile(String alert, String text, Clock clock) {
    String name = "__alert_" + alert;
    if (!text.contains("{{")) {
      return new Text.Fixed(text);
    }
    try {
      return new Text.Compiled(name, AlertTemplate.compile(name, text, clock));
    } catch (TemplateException e) {
      return new Text.Fixed(failure("parsing", name, e));
    }
  }

  /** The written labels, empty values among them, and annotations. */
  record Texts(SortedMap<String, String> labels, Labels annotations) {}

  Texts of(QueryResult.Sample sample) {
    AlertTemplate.Scope scope =
        new AlertTemplate.Scope(
            sample.labels(), config.externalLabels(), config.externalUrl(), sample.value());
    SortedMap<String, String> written = new TreeMap<>();
    labels.forEach((name, text) -> written.put(name, write(text, scope)));
    SortedMap<String, String> told = new TreeMap<>();
    annotations.forEach((name, text) -> told.put(name, write(text, scope)));
    return new Texts(written, Labels.of(told));
  }

  private static String write(Text text, AlertTemplate.Scope scope) {
    return switch (text) {
      case Text.Fixed(String fixed) -> fixed;
      case Text.Compiled(String name, AlertTemplate template) -> {
        try {
          yield template.expand(scope);
        } catch (TemplateException e) {
          yield failure("executing", name, e);
        }
      }
    };
  }

  private static String failure(String doing, String name, TemplateException e) {
    return "<error expanding template: error "
        + doing
        + " template "
        + name
        + ": "
        + e.getMessage()
        + ">";
  }
}
