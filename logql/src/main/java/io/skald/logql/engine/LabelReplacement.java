package io.skald.logql.engine;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.skald.common.model.Labels;
import io.skald.common.values.GroupTemplate;
import io.skald.logql.syntax.MetricExpr;

/**
 * {@code label_replace}: sets a label to text made of what a regular expression found in another.
 */
final class LabelReplacement {
  private final String target;
  private final GroupTemplate replacement;
  private final String source;
  private final Pattern pattern;

  /** The parser has checked the expression. */
  LabelReplacement(MetricExpr.LabelReplace node) {
    target = node.target();
    source = node.source();
    pattern = Pattern.compile("^(?:" + node.regex() + ")$");
    replacement = new GroupTemplate(node.replacement(), pattern);
  }

  /** Returns the labels with the target set, or removed when its new value is empty. */
  Labels apply(Labels labels) {
    Matcher matcher = pattern.matcher(labels.getOrEmpty(source));
    if (!matcher.find()) {
      return labels;
    }
    String value = replacement.expand(matcher);
    Labels.Builder builder = labels.toBuilder();
    return (value.isEmpty() ? builder.remove(target) : builder.set(target, value)).build();
  }
}
