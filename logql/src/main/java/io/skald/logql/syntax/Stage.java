package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One stage of a pipeline. {@code toString()} prints it as in a query, with its operator. */
public sealed interface Stage {
  /** The test of a line filter. */
  enum LineOperator {
    CONTAINS("|="),
    NOT_CONTAINS("!="),
    MATCHES("|~"),
    NOT_MATCHES("!~"),
    PATTERN("|>"),
    NOT_PATTERN("!>");

    private final String text;

    LineOperator(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }

    public boolean isNegative() {
      return this == NOT_CONTAINS || this == NOT_MATCHES || this == NOT_PATTERN;
    }
  }

  /**
   * One alternative of a line filter.
   *
   * @param ip whether it was written {@code ip("text")}
   */
  record LineArgument(String text, boolean ip) {}

  /**
   * {@code |= "a" or "b"}: positive operators keep a line if any alternative holds, negative ones
   * if none does. The parser gives a negative operator one alternative and repeats the stage.
   */
  record LineFilter(LineOperator operator, List<LineArgument> alternatives) implements Stage {
    public LineFilter {
      alternatives = List.copyOf(alternatives);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /** {@code name="path"}; a bare {@code name} is its own path. */
  record Extraction(String name, String path) {}

  /** {@code | json}; without extractions every field becomes a label. */
  record Json(List<Extraction> extractions) implements Stage {
    public Json {
      extractions = List.copyOf(extractions);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Logfmt(boolean strict, boolean keepEmpty, List<Extraction> extractions) implements Stage {
    public Logfmt {
      extractions = List.copyOf(extractions);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Regexp(String expression) implements Stage {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Pattern(String expression) implements Stage {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Unpack() implements Stage {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Filter(LabelFilter filter) implements Stage {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record LineFormat(String template) implements Stage {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /**
   * One assignment of {@code label_format}.
   *
   * @param text the source label of a rename, or a template
   */
  record LabelAssignment(String target, String text, boolean rename) {}

  record LabelFormat(List<LabelAssignment> assignments) implements Stage {
    public LabelFormat {
      assignments = List.copyOf(assignments);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Decolorize() implements Stage {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /**
   * One item of {@code drop} or {@code keep}.
   *
   * @param matcher null when only the name was given
   */
  record LabelPick(String name, @Nullable LabelMatcher matcher) {}

  record Drop(List<LabelPick> picks) implements Stage {
    public Drop {
      picks = List.copyOf(picks);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Keep(List<LabelPick> picks) implements Stage {
    public Keep {
      picks = List.copyOf(picks);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }
}
