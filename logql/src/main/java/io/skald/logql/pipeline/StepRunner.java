package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.List;

/** Runs the steps of a pipeline on one entry after the other. */
final class StepRunner implements LineProcessor {
  private final Step[] steps;
  private final EntryState entry;

  StepRunner(List<Step> steps, EntryState entry) {
    this.steps = steps.toArray(Step[]::new);
    this.entry = entry;
  }

  /** Returns a runner that counts; {@code steps} are the last ones of those that are counted. */
  static StepRunner counting(List<Step> steps, EntryState entry, StageCounts counts) {
    List<Step> counted = new ArrayList<>(steps.size());
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      int number = counts.leading() + i;
      counted.add(state -> {
        boolean passed = step.run(state);
        counts.looked(number, passed);
        return passed;
      });
    }
    return new StepRunner(counted, entry);
  }

  @Override
  public boolean process(long timestampNanos, byte[] area, int start, int length, Labels metadata) {
    entry.reset(timestampNanos, area, start, length, metadata);
    for (Step step : steps) {
      if (!step.run(entry)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public byte[] lineArea() {
    return entry.area();
  }

  @Override
  public int lineStart() {
    return entry.start();
  }

  @Override
  public int lineLength() {
    return entry.end() - entry.start();
  }

  @Override
  public LabelState labels() {
    return entry.state();
  }
}
