package io.skald.logql.pipeline;

import io.skald.common.values.ByteSize;
import io.skald.common.values.GoDuration;
import io.skald.common.values.GoFloat;
import io.skald.logql.syntax.LabelFilter;
import io.skald.logql.syntax.LogRange;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Stage;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code | unwrap conversion(label) | filters}: makes a number of a label of each entry that a
 * pipeline kept. Holds the number of the last one; not thread-safe, one per thread.
 *
 * <p>When the value is not a number, the entry gets the error SampleExtractionErr and the number 0,
 * and the filters decide. An entry without the label, or with an empty value, is skipped.
 */
public final class Unwrapper {
  private static final String ERROR_NAME = "SampleExtractionErr";
  private static final double NANOS_PER_SECOND = 1e9;

  private final String label;
  private final LogRange.Conversion conversion;
  private final List<LabelTest> filters;
  private double value;

  private Unwrapper(String label, LogRange.Conversion conversion, List<LabelTest> filters) {
    this.label = label;
    this.conversion = conversion;
    this.filters = List.copyOf(filters);
  }

  /**
   * The pipeline in front must have been compiled with {@link LabelNeeds#and(LogRange.Unwrap)}.
   *
   * @throws ParseException if a filter is not valid
   */
  public static Unwrapper compile(LogRange.Unwrap unwrap) {
    List<LabelTest> tests = new ArrayList<>();
    for (LabelFilter filter : unwrap.filters()) {
      if (StageCompiler.compile(new Stage.Filter(filter)) instanceof LabelSteps.Filter compiled) {
        tests.add(compiled.test());
      }
    }
    return new Unwrapper(unwrap.label(), unwrap.conversion(), tests);
  }

  /**
   * Reads the number of the entry that {@code processor} has just kept. On success the label is no
   * longer among its labels, but for {@link LabelView#get} and grouping by it; on an error it is.
   *
   * @return whether there is a number and the entry passes the filters
   */
  public boolean unwrap(LineProcessor processor) {
    LabelState labels = ((StepRunner) processor).labels();
    if (!read(labels)) {
      return false;
    }
    for (LabelTest filter : filters) {
      if (!filter.test(labels)) {
        return false;
      }
    }
    if (!labels.hasError()) {
      labels.hide(label);
    }
    return true;
  }

  /** Returns the number of the last entry for which {@link #unwrap} returned true. */
  public double value() {
    return value;
  }

  private boolean read(LabelState labels) {
    if (conversion == LogRange.Conversion.NONE) {
      value = labels.simpleNumber(label);
      if (!Double.isNaN(value)) {
        return true;
      }
    }
    String text = labels.getLabel(label);
    if (text == null || text.isEmpty()) {
      return false;
    }
    try {
      value = convert(text);
    } catch (IllegalArgumentException e) {
      labels.setError(ERROR_NAME, e.getMessage());
      value = 0;
    }
    return true;
  }

  private double convert(String text) {
    return switch (conversion) {
      case NONE -> GoFloat.parse(text);
      case BYTES -> ByteSize.parse(text);
      case DURATION, DURATION_SECONDS -> GoDuration.parse(text) / NANOS_PER_SECOND;
    };
  }
}
