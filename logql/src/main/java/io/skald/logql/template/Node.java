package io.skald.logql.template;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A part of a parsed template. Positions are byte offsets in the template's text. */
sealed interface Node {

  /** Something that is run for its output. */
  sealed interface Statement extends Node {}

  /** Something that an error message can point at. */
  sealed interface Located extends Node {
    int position();

    /** Returns the canonical text of the node, as error messages show it. */
    String text();
  }

  /** An argument of a command, or the function or value that it starts with. */
  sealed interface Operand extends Located {}

  /**
   * @param text a byte string, never empty
   */
  record Text(String text) implements Statement {}

  /** {@code {{pipeline}}}. */
  record Action(Pipeline pipeline) implements Statement {}

  record If(Pipeline pipeline, List<Statement> body, List<Statement> otherwise)
      implements Statement {}

  record With(Pipeline pipeline, List<Statement> body, List<Statement> otherwise)
      implements Statement {}

  record Range(Pipeline pipeline, List<Statement> body, List<Statement> otherwise)
      implements Statement {}

  record Break() implements Statement {}

  record Continue() implements Statement {}

  /** {@code {{template "name" pipeline}}}; also what a block leaves where it stands. */
  record Invocation(int position, String name, @Nullable Pipeline pipeline)
      implements Statement, Located {
    @Override
    public String text() {
      String argument = pipeline == null ? "" : " " + pipeline.text();
      return "{{template " + GoQuote.quote(name) + argument + "}}";
    }
  }

  /**
   * @param declarations names with their dollar sign that the result is bound to
   * @param isAssignment whether the names exist already
   */
  record Pipeline(
      int position, List<String> declarations, boolean isAssignment, List<Command> commands)
      implements Operand {
    @Override
    public String text() {
      String text = commands.stream().map(Command::text).collect(Collectors.joining(" | "));
      if (declarations.isEmpty()) {
        return text;
      }
      return String.join(", ", declarations) + (isAssignment ? " = " : " := ") + text;
    }
  }

  record Command(int position, List<Operand> operands) implements Located {
    @Override
    public String text() {
      return operands.stream().map(Command::operandText).collect(Collectors.joining(" "));
    }

    private static String operandText(Operand operand) {
      return operand instanceof Pipeline ? "(" + operand.text() + ")" : operand.text();
    }
  }

  record Identifier(int position, Function function) implements Operand {
    @Override
    public String text() {
      return function.name();
    }
  }

  /** {@code .a.b}. */
  record Field(int position, List<String> path) implements Operand {
    @Override
    public String text() {
      return "." + String.join(".", path);
    }
  }

  /** {@code $x.a}: the first part is the name of the variable. */
  record Variable(int position, List<String> path) implements Operand {
    @Override
    public String text() {
      return String.join(".", path);
    }

    String name() {
      return path.getFirst();
    }
  }

  /** Fields of the result of a function or a pipeline in parentheses: {@code (f .a).b.c}. */
  record Chain(int position, Operand operand, List<String> path) implements Operand {
    @Override
    public String text() {
      String base = operand instanceof Pipeline ? "(" + operand.text() + ")" : operand.text();
      return base + "." + String.join(".", path);
    }
  }

  record Dot(int position) implements Operand {
    @Override
    public String text() {
      return ".";
    }
  }

  record Nil(int position) implements Operand {
    @Override
    public String text() {
      return "nil";
    }
  }

  record BoolLiteral(int position, boolean value) implements Operand {
    @Override
    public String text() {
      return Boolean.toString(value);
    }
  }

  /**
   * @param quoted the literal as written
   * @param value a byte string
   */
  record StringLiteral(int position, String quoted, String value) implements Operand {
    @Override
    public String text() {
      return quoted;
    }
  }

  record NumberLiteral(int position, NumberConstant value) implements Operand {
    @Override
    public String text() {
      return value.text();
    }
  }
}
