package io.skald.logql.pipeline;

import io.skald.common.model.LabelMatcher;
import io.skald.logql.pipeline.match.LineTest;
import io.skald.logql.syntax.Stage;
import io.skald.logql.template.Template;
import io.skald.logql.template.TemplateException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The stages that test lines and labels, or change them without parsing. */
final class LabelSteps {
  private static final String TEMPLATE_ERROR = "TemplateFormatErr";

  private LabelSteps() {}

  /** A line filter. */
  record Line(LineTest test) implements Step {
    boolean passesAll() {
      return test instanceof LineTest.Constant(boolean passes) && passes;
    }

    @Override
    public boolean run(EntryState entry) {
      return test.test(entry.area(), entry.start(), entry.end());
    }
  }

  /** A label filter. */
  record Filter(LabelTest test, Set<String> names) implements Step {
    @Override
    public LabelNeeds withReads(LabelNeeds needs) {
      return needs.and(names);
    }

    @Override
    public boolean run(EntryState entry) {
      return test.test(entry.state());
    }
  }

  /** {@code | line_format} with a template that is one field: it does not see the error slots. */
  record FieldAsLine(String field) implements Step {
    @Override
    public LabelNeeds withReads(LabelNeeds needs) {
      return needs.and(Set.of(field));
    }

    @Override
    public boolean run(EntryState entry) {
      String value = entry.state().getLabel(field);
      byte[] line = value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8);
      entry.setLine(line, line.length);
      return true;
    }
  }

  /** {@code | line_format}. */
  record LineFormat(Template template) implements Step {
    @Override
    public LabelNeeds withReads(LabelNeeds needs) {
      return templateReads(needs, template);
    }

    @Override
    public boolean run(EntryState entry) {
      try {
        byte[] line = template.execute(entry);
        entry.setLine(line, line.length);
      } catch (TemplateException e) {
        entry.state().setError(TEMPLATE_ERROR, e.getMessage());
      }
      return true;
    }
  }

  /**
   * One assignment of {@code | label_format}.
   *
   * @param source the label to rename, if there is no template
   */
  record Assignment(String target, String source, @Nullable Template template) {}

  /**
   * {@code | label_format}. The assignments take effect one after the other, but all templates see
   * the labels as they are when the first of them runs; so they all run then.
   */
  record LabelFormat(List<Assignment> assignments) implements Step {
    LabelFormat {
      assignments = List.copyOf(assignments);
    }

    @Override
    public LabelNeeds withReads(LabelNeeds needs) {
      LabelNeeds all = needs;
      for (Assignment assignment : assignments) {
        all =
            assignment.template == null
                ? all.and(Set.of(assignment.source))
                : templateReads(all, assignment.template);
      }
      return all;
    }

    @Override
    public boolean run(EntryState entry) {
      List<Result> results = null;
      int nextResult = 0;
      for (int i = 0; i < assignments.size(); i++) {
        Assignment assignment = assignments.get(i);
        if (assignment.template == null) {
          rename(assignment, entry.state());
          continue;
        }
        if (results == null) {
          results = runTemplates(entry);
        }
        results.get(nextResult++).apply(assignment.target, entry.state());
      }
      return true;
    }

    private List<Result> runTemplates(EntryState entry) {
      List<Result> results = new ArrayList<>(assignments.size());
      for (Assignment assignment : assignments) {
        if (assignment.template != null) {
          results.add(Result.of(assignment.template, entry));
        }
      }
      return results;
    }

    private static void rename(Assignment assignment, LabelState labels) {
      String value = labels.getLabel(assignment.source);
      if (value != null && !assignment.source.equals(assignment.target)) {
        labels.set(assignment.target, value);
        labels.remove(assignment.source);
      }
    }
  }

  private static LabelNeeds templateReads(LabelNeeds needs, Template template) {
    return template.readsAllLabels() ? LabelNeeds.ALL : needs.and(template.fields());
  }

  /** What a template gave: text, or the details of its failure. */
  private record Result(String text, boolean failed) {
    static Result of(Template template, EntryState entry) {
      try {
        return new Result(new String(template.execute(entry), StandardCharsets.UTF_8), false);
      } catch (TemplateException e) {
        return new Result(String.valueOf(e.getMessage()), true);
      }
    }

    void apply(String target, LabelState labels) {
      if (failed) {
        labels.setError(TEMPLATE_ERROR, text);
      } else {
        labels.set(target, text);
      }
    }
  }

  /** {@code | drop}. */
  record Drop(List<Stage.LabelPick> picks) implements Step {
    @Override
    public boolean run(EntryState entry) {
      LabelState labels = entry.state();
      for (int i = 0; i < picks.size(); i++) {
        drop(picks.get(i), labels);
      }
      return true;
    }

    private static void drop(Stage.LabelPick pick, LabelState labels) {
      LabelMatcher matcher = pick.matcher();
      switch (pick.name()) {
        case LabelState.ERROR -> {
          String error = labels.error();
          if (matcher == null || matcher.matches(error == null ? "" : error)) {
            labels.clearError();
          }
        }
        case LabelState.ERROR_DETAILS -> {
          String details = labels.errorDetails();
          if (matcher == null || matcher.matches(details == null ? "" : details)) {
            labels.clearErrorDetails();
          }
        }
        default -> {
          String value = matcher == null ? null : labels.getLabel(pick.name());
          if (matcher == null || matcher.matches(value == null ? "" : value)) {
            labels.remove(pick.name());
          }
        }
      }
    }
  }

  /** {@code | keep}. Errors are kept in any case. */
  record Keep(List<Stage.LabelPick> picks) implements Step, LabelState.Choice {
    @Override
    public boolean run(EntryState entry) {
      entry.state().retain(this);
      return true;
    }

    @Override
    public boolean keeps(String name, String value) {
      if (name.equals(LabelState.ERROR)
          || name.equals(LabelState.ERROR_DETAILS)
          || name.equals(LabelState.PRESERVE_ERROR)) {
        return true;
      }
      for (int i = 0; i < picks.size(); i++) {
        Stage.LabelPick pick = picks.get(i);
        LabelMatcher matcher = pick.matcher();
        if (pick.name().equals(name) && (matcher == null || matcher.matches(value))) {
          return true;
        }
      }
      return false;
    }
  }
}
