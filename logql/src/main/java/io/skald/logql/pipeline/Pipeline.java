package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import io.skald.logql.pipeline.match.LineTest;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Stage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stages of a query, compiled. Immutable and thread-safe; {@link #forStream} makes what runs
 * them.
 *
 * <p>The line filters that come first can run over whole blocks: {@link #blockFilter} selects the
 * lines, {@link #afterBlockFilter} is the rest to run on those. Or {@code forStream} alone runs
 * everything.
 */
public final class Pipeline {
  private final List<Step> steps;
  private final LabelNeeds needs;

  private Pipeline(List<Step> steps, LabelNeeds needs) {
    this.steps = List.copyOf(steps);
    this.needs = needs;
  }

  /**
   * Compiles stages whose result is looked at as a whole.
   *
   * @throws ParseException if a stage is not valid
   */
  public static Pipeline compile(List<Stage> stages) {
    return compile(stages, LabelNeeds.ALL);
  }

  /**
   * Compiles stages for somebody who looks at certain labels only. What the stages themselves read
   * is added to {@code needs}. When then no label at all is needed, stages that only extract labels
   * are left out, and with them the errors they would find.
   *
   * @throws ParseException if a stage is not valid
   */
  public static Pipeline compile(List<Stage> stages, LabelNeeds needs) {
    List<Step> steps = new ArrayList<>();
    LabelNeeds all = needs;
    for (Stage stage : stages) {
      Step step = StageCompiler.compile(stage);
      if (!(step instanceof LabelSteps.Line line && line.passesAll())) {
        steps.add(step);
        all = step.withReads(all);
      }
    }
    if (all.wantsNothing()) {
      steps.removeIf(Step::onlyExtracts);
    }
    return new Pipeline(StageOrder.lineFiltersFirst(steps), all);
  }

  /** Returns whether there are no stages: every entry passes unchanged. */
  public boolean isPassThrough() {
    return steps.isEmpty();
  }

  /** Returns whether all stages are line filters: entries that pass are unchanged. */
  public boolean onlyLineFilters() {
    return leadingLineFilters() == steps.size();
  }

  /** Returns the leading line filters, to be run over blocks. */
  public BlockFilter blockFilter() {
    List<LineTest> tests = new ArrayList<>();
    for (Step step : steps.subList(0, leadingLineFilters())) {
      if (step instanceof LabelSteps.Line(LineTest test)) {
        tests.add(test);
      }
    }
    return new BlockFilter(tests);
  }

  /** Returns the pipeline without the filters of {@link #blockFilter}. */
  public Pipeline afterBlockFilter() {
    int leading = leadingLineFilters();
    return leading == 0 ? this : new Pipeline(steps.subList(leading, steps.size()), needs);
  }

  private int leadingLineFilters() {
    int count = 0;
    while (count < steps.size() && steps.get(count) instanceof LabelSteps.Line) {
      count++;
    }
    return count;
  }

  /**
   * Returns a new reducer for somebody who looks at no more than the labels that the pipeline was
   * compiled for, or null if every line is needed whole.
   */
  public @Nullable LineReducer lineReducer() {
    return LineReducer.of(steps, needs);
  }

  /** Returns a new processor that runs all stages on the entries of one stream. */
  public LineProcessor forStream(Labels streamLabels) {
    return new StepRunner(steps, new EntryState(streamLabels, needs));
  }
}
