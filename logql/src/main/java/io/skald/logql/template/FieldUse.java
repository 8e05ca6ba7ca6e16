package io.skald.logql.template;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which labels a template may read, found by looking at its tree: the fields of the dot and of
 * {@code $} wherever those are the labels of the entry.
 *
 * @param names labels read by name
 * @param readsAll whether the dot or {@code $} is also used as a whole
 */
record FieldUse(Set<String> names, boolean readsAll) {

  static FieldUse of(List<Node.Statement> root, Map<String, List<Node.Statement>> definitions) {
    Visitor visitor = new Visitor(definitions);
    visitor.statements(root, true, true);
    return new FieldUse(Set.copyOf(visitor.names), visitor.readsAll);
  }

  /** Returns the label if the statements are one action that is one field. */
  static Optional<String> singleField(List<Node.Statement> root) {
    if (root.size() == 1
        && root.getFirst() instanceof Node.Action(Node.Pipeline pipeline)
        && pipeline.declarations().isEmpty()
        && pipeline.commands().size() == 1
        && pipeline.commands().getFirst().operands().size() == 1
        && pipeline.commands().getFirst().operands().getFirst() instanceof Node.Field field
        && field.path().size() == 1) {
      return Optional.of(ByteStrings.toText(field.path().getFirst()));
    }
    return Optional.empty();
  }

  private static final class Visitor {
    private final Map<String, List<Node.Statement>> definitions;
    private final Set<String> names = new HashSet<>();

    /** Definitions that have been looked at as called with the labels. */
    private final Set<String> called = new HashSet<>();

    private boolean readsAll;

    Visitor(Map<String, List<Node.Statement>> definitions) {
      this.definitions = definitions;
    }

    /**
     * @param dot whether the dot is the labels
     * @param dollar whether {@code $} is
     */
    void statements(List<Node.Statement> body, boolean dot, boolean dollar) {
      for (Node.Statement statement : body) {
        switch (statement) {
          case Node.Text _, Node.Break _, Node.Continue _ -> {
            // read nothing
          }
          case Node.Action(Node.Pipeline pipeline) -> pipeline(pipeline, dot, dollar);
          case Node.If(Node.Pipeline pipeline, var then, var otherwise) -> {
            pipeline(pipeline, dot, dollar);
            statements(then, dot, dollar);
            statements(otherwise, dot, dollar);
          }
          // Inside, the dot is another value; if it is the labels again, they were read as a whole.
          case Node.With(Node.Pipeline pipeline, var then, var otherwise) -> {
            pipeline(pipeline, dot, dollar);
            statements(then, false, dollar);
            statements(otherwise, dot, dollar);
          }
          case Node.Range(Node.Pipeline pipeline, var then, var otherwise) -> {
            pipeline(pipeline, dot, dollar);
            statements(then, false, dollar);
            statements(otherwise, dot, dollar);
          }
          case Node.Invocation(_, String name, Node.Pipeline pipeline) ->
              invocation(name, pipeline, dot, dollar);
        }
      }
    }

    private void invocation(
        String name, Node.@Nullable Pipeline pipeline, boolean dot, boolean dollar) {
      boolean passesLabels = pipeline != null && isLabels(pipeline, dot, dollar);
      if (!passesLabels && pipeline != null) {
        pipeline(pipeline, dot, dollar);
      }
      List<Node.Statement> body = definitions.getOrDefault(name, List.of());
      if (called.add(passesLabels + name)) {
        statements(body, passesLabels, passesLabels);
      }
    }

    private static boolean isLabels(Node.Pipeline pipeline, boolean dot, boolean dollar) {
      if (pipeline.commands().size() != 1
          || !pipeline.declarations().isEmpty()
          || pipeline.commands().getFirst().operands().size() != 1) {
        return false;
      }
      return isLabels(pipeline.commands().getFirst().operands().getFirst(), dot, dollar);
    }

    private static boolean isLabels(Node.Operand operand, boolean dot, boolean dollar) {
      return switch (operand) {
        case Node.Dot _ -> dot;
        case Node.Variable variable -> dollar && variable.text().equals("$");
        default -> false;
      };
    }

    private void pipeline(Node.Pipeline pipeline, boolean dot, boolean dollar) {
      for (Node.Command command : pipeline.commands()) {
        List<Node.Operand> operands = command.operands();
        if (operands.size() >= 3
            && operands.getFirst() instanceof Node.Identifier(_, Function function)
            && function.name().equals("index")
            && isLabels(operands.get(1), dot, dollar)
            && operands.get(2) instanceof Node.StringLiteral key) {
          names.add(ByteStrings.toText(key.value()));
          operands = operands.subList(3, operands.size());
        }
        operands.forEach(operand -> operand(operand, dot, dollar));
      }
    }

    private void operand(Node.Operand operand, boolean dot, boolean dollar) {
      switch (operand) {
        case Node.Field field -> {
          if (dot) {
            names.add(ByteStrings.toText(field.path().getFirst()));
          }
        }
        case Node.Variable variable -> {
          if (dollar && variable.name().equals("$")) {
            if (variable.path().size() > 1) {
              names.add(ByteStrings.toText(variable.path().get(1)));
            } else {
              readsAll = true;
            }
          }
        }
        case Node.Dot _ -> readsAll |= dot;
        case Node.Pipeline inner -> pipeline(inner, dot, dollar);
        case Node.Chain chain -> operand(chain.operand(), dot, dollar);
        case Node.Identifier _,
            Node.Nil _,
            Node.BoolLiteral _,
            Node.StringLiteral _,
            Node.NumberLiteral _ -> {
          // read no label
        }
      }
    }
  }
}
