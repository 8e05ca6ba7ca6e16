package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import io.skald.logql.pipeline.match.LineTest;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Stage;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** The stages that the steps come from, for those who describe them. */
  private final Map<Step, Stage> stages;

  private Pipeline(List<Step> steps, LabelNeeds needs, Map<Step, Stage> stages) {
    this.steps = List.copyOf(steps);
    this.needs = needs;
    this.stages = stages;
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
    Map<Step, Stage> origins = new IdentityHashMap<>();
    LabelNeeds all = needs;
    for (Stage stage : stages) {
      Step step = StageCompiler.compile(stage);
      origins.put(step, stage);
      if (!(step instanceof LabelSteps.Line line && line.passesAll())) {
        steps.add(step);
        all = step.withReads(all);
      }
    }
    if (all.wantsNothing()) {
      steps.removeIf(Step::onlyExtracts);
    }
    return new Pipeline(StageOrder.lineFiltersFirst(steps), all, origins);
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
    return new BlockFilter(leadingTests());
  }

  private List<LineTest> leadingTests() {
    List<LineTest> tests = new ArrayList<>();
    for (Step step : steps.subList(0, leadingLineFilters())) {
      if (step instanceof LabelSteps.Line(LineTest test)) {
        tests.add(test);
      }
    }
    return tests;
  }

  /** Returns the stages in the order they run; those that nobody needs are left out. */
  public List<Stage> stagesInOrder() {
    List<Stage> ordered = new ArrayList<>(steps.size());
    for (Step step : steps) {
      Stage stage = stages.get(step);
      if (stage != null) {
        ordered.add(stage);
      }
    }
    return ordered;
  }

  /** Returns the labels that parsers extract at most, sorted; empty if that is every label. */
  public Optional<List<String>> extractedLabels() {
    return needs.names().map(names -> names.stream().sorted().toList());
  }

  /** Returns new counts for a run of all stages that is to be analysed. */
  public StageCounts newCounts() {
    return new StageCounts(stagesInOrder().stream().map(Stage::toString).toList(), leadingTests());
  }

  /** Returns the pipeline without the filters of {@link #blockFilter}. */
  public Pipeline afterBlockFilter() {
    int leading = leadingLineFilters();
    return leading == 0 ? this : new Pipeline(steps.subList(leading, steps.size()), needs, stages);
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

  /**
   * As {@link #forStream(Labels)}, counting what each stage lets pass.
   *
   * @param counts of the whole pipeline; this one may be what is left of it behind the filters over
   *     blocks
   */
  public LineProcessor forStream(Labels streamLabels, StageCounts counts) {
    return StepRunner.counting(steps, new EntryState(streamLabels, needs), counts);
  }

  /** Returns a new processor that runs all stages on the entries of one stream. */
  public LineProcessor forStream(Labels streamLabels) {
    return new StepRunner(steps, new EntryState(streamLabels, needs));
  }
}
