package io.skald.logql.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes the values of pipelines: what Go's text/template/exec does with reflection, over the
 * closed set of types in {@link GoType}. Errors name the node that was looked at last, as Go's do.
 */
final class Evaluator {
  /** Stands for "nothing was piped into the command", which nil is not. */
  private static final Object NOTHING_PIPED = new Object();

  private final Execution execution;
  private final Budget budget;
  private final String templateName;
  private final String text;
  private Variables variables = new Variables(null);

  /** The definition that runs, which errors name besides the template. */
  private String definition;

  private Node.@Nullable Located current;

  Evaluator(Execution execution, Template template) {
    this.execution = execution;
    this.budget = execution.budget();
    this.templateName = ByteStrings.ofText(template.name());
    this.definition = templateName;
    this.text = template.text();
  }

  Variables variables() {
    return variables;
  }

  /** Opens a definition with variables of its own; returns the caller's state, to go back to. */
  Caller enterTemplate(String name, @Nullable Object argument) {
    Caller caller = new Caller(definition, variables);
    definition = name;
    variables = new Variables(argument);
    return caller;
  }

  void leaveTemplate(Caller caller) {
    definition = caller.definition();
    variables = caller.variables();
  }

  /** What a definition hides while it runs. */
  record Caller(String definition, Variables variables) {}

  /** Marks the node that an error would be about. */
  void at(Node.Located node) {
    current = node;
  }

  /** Returns the error at the marked node. */
  TemplateException fail(String message) {
    Node.Located node = current;
    if (node == null) {
      return new TemplateException(ByteStrings.toText("template: " + definition + ": " + message));
    }
    int lineStart = text.lastIndexOf('\n', node.position() - 1) + 1;
    long line = 1 + text.substring(0, lineStart).chars().filter(c -> c == '\n').count();
    return new TemplateException(
        ByteStrings.toText(
            "template: %s:%d:%d: executing %s at <%s>: %s"
                .formatted(
                    templateName,
                    line,
                    node.position() - lineStart,
                    GoQuote.quote(definition),
                    node.text(),
                    message)));
  }

  /** Evaluates a pipeline and binds its declarations. The result is never an Interface. */
  @Nullable Object pipeline(Node.Pipeline pipeline, @Nullable Object dot) {
    budget.step();
    at(pipeline);
    Object value = NOTHING_PIPED;
    List<Node.Command> commands = pipeline.commands();
    for (int i = 0; i < commands.size(); i++) {
      value = Values.bare(command(commands.get(i), dot, value));
    }
    for (String name : pipeline.declarations()) {
      if (pipeline.isAssignment()) {
        requireDeclared(name);
        variables.set(name, value);
      } else {
        variables.push(name, value);
      }
    }
    return value;
  }

  /**
   * @param piped the result of the command before, or {@link #NOTHING_PIPED}
   */
  private @Nullable Object command(
      Node.Command command, @Nullable Object dot, @Nullable Object piped) {
    List<Node.Operand> operands = command.operands();
    Node.Operand first = operands.getFirst();
    List<Node.Operand> arguments = operands.subList(1, operands.size());
    return switch (first) {
      case Node.Field field -> {
        at(field);
        yield fieldChain(dot, dot, field, field.path(), arguments, piped);
      }
      case Node.Chain chain -> chain(chain, dot, arguments, piped);
      case Node.Identifier(_, Function function) -> {
        at(first);
        yield call(function, command, dot, arguments, piped);
      }
      case Node.Variable variable -> variable(variable, dot, arguments, piped);
      case Node.Pipeline inner -> {
        refuseArguments(first, arguments, piped);
        yield nested(inner, dot);
      }
      default -> {
        at(first);
        refuseArguments(first, arguments, piped);
        yield constant(first, dot);
      }
    };
  }

  @SuppressWarnings("ReferenceEquality") // a marker, equal to nothing else
  private static boolean isPiped(@Nullable Object piped) {
    return piped != NOTHING_PIPED;
  }

  private @Nullable Object constant(Node.Operand operand, @Nullable Object dot) {
    return switch (operand) {
      case Node.BoolLiteral literal -> literal.value();
      case Node.StringLiteral literal -> literal.value();
      case Node.NumberLiteral literal -> untypedNumber(literal);
      case Node.Dot _ -> dot;
      case Node.Nil _ -> throw fail("nil is not a command");
      case Node.Field _, Node.Variable _, Node.Chain _, Node.Identifier _, Node.Pipeline _ ->
          throw new IllegalStateException("not a constant: " + operand);
    };
  }

  private Object untypedNumber(Node.NumberLiteral literal) {
    at(literal);
    NumberConstant number = literal.value();
    if (number.isFloatByDefault()) {
      return number.floating();
    }
    return GoInt.of(number.integer());
  }

  private void refuseArguments(
      Node.Operand first, List<Node.Operand> arguments, @Nullable Object piped) {
    if (!arguments.isEmpty() || isPiped(piped)) {
      throw fail("can't give argument to non-function " + first.text());
    }
  }

  private @Nullable Object nested(Node.Pipeline pipeline, @Nullable Object dot) {
    budget.enter();
    Object value = pipeline(pipeline, dot);
    budget.leave();
    return value;
  }

  private @Nullable Object variable(
      Node.Variable variable,
      @Nullable Object dot,
      List<Node.Operand> arguments,
      @Nullable Object piped) {
    at(variable);
    requireDeclared(variable.name());
    Object value = variables.get(variable.name());
    List<String> path = variable.path();
    if (path.size() == 1) {
      refuseArguments(variable, arguments, piped);
      return value;
    }
    return fieldChain(dot, value, variable, path.subList(1, path.size()), arguments, piped);
  }

  private void requireDeclared(String name) {
    if (!variables.has(name)) {
      throw fail("undefined variable: " + name);
    }
  }

  private @Nullable Object chain(
      Node.Chain chain,
      @Nullable Object dot,
      List<Node.Operand> arguments,
      @Nullable Object piped) {
    at(chain);
    Object receiver = argument(null, chain.operand(), dot);
    return fieldChain(dot, receiver, chain, chain.path(), arguments, piped);
  }

  private @Nullable Object fieldChain(
      @Nullable Object dot,
      @Nullable Object receiver,
      Node.Located node,
      List<String> path,
      List<Node.Operand> arguments,
      @Nullable Object piped) {
    Object value = receiver;
    int last = path.size() - 1;
    for (int i = 0; i < last; i++) {
      value = field(path.get(i), dot, value, node, List.of(), NOTHING_PIPED);
    }
    return field(path.get(last), dot, value, node, arguments, piped);
  }

  /** Evaluates {@code receiver.name arguments}: a method, or the value of a key. */
  private @Nullable Object field(
      String name,
      @Nullable Object dot,
      @Nullable Object receiver,
      Node.Located node,
      List<Node.Operand> arguments,
      @Nullable Object piped) {
    budget.step();
    if (receiver == null) {
      return null;
    }
    GoType type = Values.typeOf(receiver);
    Object value = Values.bare(receiver);
    if (value == null) {
      throw fail("nil pointer evaluating " + type.text() + "." + name);
    }
    if (value instanceof GoMap map) {
      if (!arguments.isEmpty() || isPiped(piped)) {
        throw fail(name + " is not a method but has arguments");
      }
      return map.get(name);
    }
    int results = Methods.forbiddenResults(value, name);
    if (results > 0) {
      throw fail(
          "can't call method/function " + GoQuote.quote(name) + " with " + results + " results");
    }
    Function method = Methods.find(value, name);
    if (method == null) {
      throw fail("can't evaluate field " + name + " in type " + type.text());
    }
    return call(method, node, dot, arguments, piped);
  }

  private @Nullable Object call(
      Function function,
      Node.Located node,
      @Nullable Object dot,
      List<Node.Operand> arguments,
      @Nullable Object piped) {
    budget.step();
    boolean isPiped = isPiped(piped);
    int count = arguments.size() + (isPiped ? 1 : 0);
    checkCount(function, arguments.size(), count);
    if (function.isShortCircuit()) {
      return shortCircuit(function, dot, arguments, piped);
    }
    @Nullable Object[] values = new @Nullable Object[count];
    for (int i = 0; i < arguments.size(); i++) {
      values[i] = argument(function.parameter(i), arguments.get(i), dot);
    }
    if (isPiped) {
      values[count - 1] = convert(piped, function.parameter(count - 1));
    }
    for (Object value : values) {
      budget.work(value instanceof String string ? string.length() : 0);
    }
    try {
      Object result = function.body().call(new Arguments(execution, values));
      if (result instanceof String string) {
        budget.checkLength(string.length());
        budget.work(string.length());
      }
      return function.result() == GoType.ANY ? new Interface(result) : result;
    } catch (FunctionException e) {
      at(node);
      throw fail("error calling " + function.name() + ": " + e.text());
    }
  }

  private void checkCount(Function function, int given, int count) {
    int fixed = function.fixedParameters();
    if (function.isVariadic() ? count < fixed : count != fixed) {
      throw fail(
          "wrong number of args for "
              + function.name()
              + (function.isVariadic() ? ": want at least " : ": want ")
              + fixed
              + " got "
              + (function.isVariadic() ? given : count));
    }
  }

  /** Evaluates the arguments of and/or until one decides. */
  private @Nullable Object shortCircuit(
      Function function,
      @Nullable Object dot,
      List<Node.Operand> arguments,
      @Nullable Object piped) {
    boolean deciding = function.name().equals("or");
    Object value = null;
    for (Node.Operand operand : arguments) {
      value = argument(GoType.VALUE, operand, dot);
      if (Values.isTrue(value) == deciding) {
        return value;
      }
    }
    return isPiped(piped) ? piped : value;
  }

  /**
   * Evaluates an argument.
   *
   * @param type of the parameter; null where any value will do
   */
  private @Nullable Object argument(
      @Nullable GoType type, Node.Operand operand, @Nullable Object dot) {
    budget.step();
    at(operand);
    return switch (operand) {
      case Node.Dot _ -> convert(dot, type);
      case Node.Nil nil -> nil(type, nil);
      case Node.Field field ->
          convert(fieldChain(dot, dot, field, field.path(), List.of(), NOTHING_PIPED), type);
      case Node.Variable variable ->
          convert(variable(variable, dot, List.of(), NOTHING_PIPED), type);
      case Node.Pipeline inner -> convert(nested(inner, dot), type);
      case Node.Identifier identifier ->
          convert(call(identifier.function(), identifier, dot, List.of(), NOTHING_PIPED), type);
      case Node.Chain chain -> convert(chain(chain, dot, List.of(), NOTHING_PIPED), type);
      case Node.BoolLiteral _, Node.StringLiteral _, Node.NumberLiteral _ ->
          literal(operand, type == null ? GoType.ANY : type);
    };
  }

  private @Nullable Object nil(@Nullable GoType type, Node.Nil node) {
    if (type == null) {
      throw fail("indirection through explicit nil in " + node.text());
    }
    if (!type.canBeNil()) {
      throw fail("cannot assign nil to " + type.text());
    }
    return null;
  }

  /** Returns a literal as the type of a parameter; numbers fit several. */
  private Object literal(Node.Operand operand, GoType type) {
    if (type == GoType.ANY || type == GoType.VALUE) {
      return switch (operand) {
        case Node.BoolLiteral literal -> literal.value();
        case Node.StringLiteral literal -> literal.value();
        case Node.NumberLiteral literal -> untypedNumber(literal);
        default -> throw new IllegalStateException("not a literal: " + operand);
      };
    }
    if (operand instanceof Node.BoolLiteral literal && type == GoType.BOOL) {
      return literal.value();
    }
    if (operand instanceof Node.StringLiteral literal && type == GoType.STRING) {
      return literal.value();
    }
    if (operand instanceof Node.NumberLiteral literal) {
      NumberConstant number = literal.value();
      if (type == GoType.FLOAT64) {
        return number.floating();
      }
      if (type.isInteger() && number.isInteger()) {
        return new GoInt(type, number.integer());
      }
    }
    String expected =
        switch (type) {
          case STRING -> "expected string; found ";
          case BOOL -> "expected bool; found ";
          case FLOAT64 -> "expected float; found ";
          case INT, INT64, MONTH, WEEKDAY, DURATION -> "expected integer; found ";
          case UINT8 -> "expected unsigned integer; found ";
          case TIME, LIST, MAP, LABELS, ANY, VALUE -> null;
        };
    throw fail(
        expected == null
            ? "can't handle " + operand.text() + " for arg of type " + type.text()
            : expected + operand.text());
  }

  /** Returns a value as the type of a parameter, or fails if it is of another. */
  private @Nullable Object convert(@Nullable Object value, @Nullable GoType type) {
    if (type == null || type == GoType.VALUE || type == GoType.ANY) {
      return value;
    }
    if (value == null) {
      if (type.canBeNil()) {
        return null;
      }
      throw fail("invalid value; expected " + type.text());
    }
    Object bare = Values.bare(value);
    GoType actual = Values.typeOf(bare == null ? value : bare);
    if (actual != type) {
      throw fail("wrong type for value; expected " + type.text() + "; got " + actual.text());
    }
    return bare;
  }
}
