package io.skald.logql.template;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One run of a template: walks the statements and writes the output. Confined to its thread and
 * used once.
 */
final class Execution {
  /** How a list of statements ended. */
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  private final Template template;
  private final TemplateData data;
  private final Budget budget;
  private final Evaluator evaluator;
  private final StringBuilder output = new StringBuilder(256);
  private int templateDepth;

  Execution(Template template, TemplateData data, int maxOutputBytes) {
    this.template = template;
    this.data = data;
    this.budget = new Budget(maxOutputBytes, template.environment().clock());
    this.evaluator = new Evaluator(this, template);
  }

  /**
   * @return the output, a byte string
   */
  String run(GoMap dot) {
    try {
      invoke(ByteStrings.ofText(template.name()), template.root(), dot);
      return output.toString();
    } catch (Budget.LimitException e) {
      throw new TemplateException("template: " + template.name() + ": " + e.getMessage(), e);
    }
  }

  Environment environment() {
    return template.environment();
  }

  TemplateData data() {
    return data;
  }

  Budget budget() {
    return budget;
  }

  private void invoke(String name, List<Node.Statement> body, @Nullable Object dot) {
    Evaluator.Caller caller = evaluator.enterTemplate(name, dot);
    walk(body, dot);
    evaluator.leaveTemplate(caller);
  }

  private Flow walk(List<Node.Statement> body, @Nullable Object dot) {
    for (int i = 0; i < body.size(); i++) {
      budget.step();
      Flow flow =
          switch (body.get(i)) {
            case Node.Text(String text) -> print(text);
            case Node.Action action -> action(action.pipeline(), dot);
            case Node.If branch -> branch(branch, dot);
            case Node.With with -> with(with, dot);
            case Node.Range range -> range(range, dot);
            case Node.Invocation invocation -> invocation(invocation, dot);
            case Node.Break _ -> Flow.BREAK;
            case Node.Continue _ -> Flow.CONTINUE;
          };
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  private Flow action(Node.Pipeline pipeline, @Nullable Object dot) {
    Object value = evaluator.pipeline(pipeline, dot);
    // Variables stay until the end of the surrounding structure.
    return pipeline.declarations().isEmpty()
        ? print(value instanceof String text ? text : Formatter.printed(budget, value))
        : Flow.NEXT;
  }

  private Flow print(String text) {
    budget.checkLength((long) output.length() + text.length());
    output.append(text);
    return Flow.NEXT;
  }

  private Flow branch(Node.If branch, @Nullable Object dot) {
    int scope = open();
    boolean isTrue = Values.isTrue(evaluator.pipeline(branch.pipeline(), dot));
    Flow flow = walk(isTrue ? branch.body() : branch.otherwise(), dot);
    close(scope);
    return flow;
  }

  private Flow with(Node.With with, @Nullable Object dot) {
    int scope = open();
    Object value = evaluator.pipeline(with.pipeline(), dot);
    Flow flow = Values.isTrue(value) ? walk(with.body(), value) : walk(with.otherwise(), dot);
    close(scope);
    return flow;
  }

  private Flow range(Node.Range range, @Nullable Object dot) {
    int scope = open();
    // In "range $i := 3" the variable is the number; elsewhere it is the element.
    Object value = Values.bare(evaluator.pipeline(range.pipeline(), dot));
    boolean ran =
        switch (value) {
          case null -> false;
          case List<?> list -> rangeList(range, Values.elements(list));
          case GoMap map -> rangeMap(range, map);
          case GoInt count when count.type().isInteger() -> rangeInt(range, count);
          default ->
              throw evaluator.fail("range can't iterate over " + Formatter.printed(budget, value));
        };
    Flow flow = ran ? Flow.NEXT : walk(range.otherwise(), dot);
    close(scope);
    return flow;
  }

  private boolean rangeList(Node.Range range, List<@Nullable Object> list) {
    int scope = evaluator.variables().mark();
    for (int i = 0; i < list.size(); i++) {
      if (!iterate(range, scope, GoInt.of(i), new Interface(list.get(i)))) {
        break;
      }
    }
    return !list.isEmpty();
  }

  private boolean rangeMap(Node.Range range, GoMap map) {
    int scope = evaluator.variables().mark();
    SortedMap<String, @Nullable Object> entries = map.entries();
    boolean isLabels = map.type() == GoType.LABELS;
    for (Map.Entry<String, @Nullable Object> entry : entries.entrySet()) {
      Object element = isLabels ? entry.getValue() : new Interface(entry.getValue());
      if (!iterate(range, scope, entry.getKey(), element)) {
        break;
      }
    }
    return !entries.isEmpty();
  }

  private boolean rangeInt(Node.Range range, GoInt count) {
    if (range.pipeline().declarations().size() > 1) {
      throw evaluator.fail(
          "can't use "
              + Formatter.printed(budget, count)
              + " to iterate over more than one variable");
    }
    int scope = evaluator.variables().mark();
    for (long i = 0; i < count.value(); i++) {
      GoInt index = new GoInt(count.type(), i);
      if (!iterate(range, scope, index, index)) {
        break;
      }
    }
    return count.value() > 0;
  }

  /** Runs the body once; returns false to leave the loop. */
  private boolean iterate(Node.Range range, int scope, Object index, @Nullable Object element) {
    budget.step();
    List<String> declarations = range.pipeline().declarations();
    boolean isAssignment = range.pipeline().isAssignment();
    if (!declarations.isEmpty()) {
      evaluator.variables().setIteration(declarations, isAssignment, index, element);
    }
    Flow flow = walk(range.body(), element);
    evaluator.variables().truncate(scope);
    return flow != Flow.BREAK;
  }

  private Flow invocation(Node.Invocation invocation, @Nullable Object dot) {
    evaluator.at(invocation);
    List<Node.Statement> body = template.definition(invocation.name());
    if (body == null) {
      throw evaluator.fail("template " + GoQuote.quote(invocation.name()) + " not defined");
    }
    if (templateDepth == Budget.MAX_TEMPLATE_DEPTH) {
      throw evaluator.fail("exceeded maximum template depth (" + Budget.MAX_TEMPLATE_DEPTH + ")");
    }
    Node.Pipeline pipeline = invocation.pipeline();
    Object argument = pipeline == null ? null : evaluator.pipeline(pipeline, dot);
    budget.enter();
    templateDepth++;
    invoke(invocation.name(), body, argument);
    templateDepth--;
    budget.leave();
    return Flow.NEXT;
  }

  private int open() {
    budget.enter();
    return evaluator.variables().mark();
  }

  private void close(int scope) {
    evaluator.variables().truncate(scope);
    budget.leave();
  }
}
