package io.skald.logql.pipeline;

import java.util.ArrayList;
import java.util.List;

/**
 * Moves line filters forward: the earlier a line is dropped the better, and the leading ones can run
 * over whole blocks.
 *
 * <p>Most of this cannot be observed. One thing can, and is part of the query contract: a line
 * filter behind {@code decolorize} sees the line with its colours, unless a label filter, {@code
 * line_format} or {@code unpack} stands between the two.
 */
final class StageOrder {
  private StageOrder() {}

  static List<Step> lineFiltersFirst(List<Step> steps) {
    List<Step> ordered = new ArrayList<>(steps.size());
    int insertAt = 0;
    boolean decolorized = false;
    for (Step step : steps) {
      if (step instanceof LabelSteps.Line) {
        ordered.add(insertAt++, step);
        continue;
      }
      ordered.add(step);
      if (step instanceof Decolorize) {
        decolorized = true;
      } else if (changesLine(step) || (step instanceof LabelSteps.Filter && decolorized)) {
        insertAt = ordered.size();
        decolorized = false;
      }
    }
    return ordered;
  }

  private static boolean changesLine(Step step) {
    return step instanceof LabelSteps.LineFormat
        || step instanceof LabelSteps.FieldAsLine
        || step instanceof ParserSteps.Unpack;
  }
}
