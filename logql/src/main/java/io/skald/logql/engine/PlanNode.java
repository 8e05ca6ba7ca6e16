package io.skald.logql.engine;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One operator of a query's plan.
 *
 * @param operator what it does, in a word or two
 * @param details name to value, in the order to be shown; a value is a text, a number, a boolean or
 *     a list of texts
 * @param inputs what it works on
 */
public record PlanNode(String operator, Map<String, Object> details, List<PlanNode> inputs) {
  public PlanNode {
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    inputs = List.copyOf(inputs);
  }

  /** Returns the plan as indented text, an operator a line, what it works on below it. */
  public String text() {
    StringBuilder out = new StringBuilder();
    append(out, 0);
    return out.toString();
  }

  private void append(StringBuilder out, int depth) {
    out.append("  ".repeat(depth)).append(operator);
    String separator = ": ";
    for (Map.Entry<String, Object> detail : details.entrySet()) {
      out.append(separator).append(detail.getKey()).append(" = ").append(detail.getValue());
      separator = ", ";
    }
    out.append('\n');
    inputs.forEach(input -> input.append(out, depth + 1));
  }
}
