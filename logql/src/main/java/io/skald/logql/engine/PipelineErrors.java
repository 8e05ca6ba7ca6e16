package io.skald.logql.engine;

import io.skald.common.model.Labels;

/** The labels that a failing stage leaves behind, and what a metric query makes of them. */
final class PipelineErrors {
  static final String ERROR = "__error__";

  /** Set to "true" by a parser when the query itself asks for the error label. */
  private static final String PRESERVE = "__preserve_error__";

  private PipelineErrors() {}

  /**
   * @throws QueryException with status 400 if the series carries an error that the query does not
   *     ask for
   */
  static void check(Labels series) {
    String error = series.get(ERROR);
    if (error != null && !error.isEmpty() && !"true".equals(series.get(PRESERVE))) {
      throw new QueryException(
          400,
          "pipeline error: '"
              + error
              + "' for series: '"
              + series
              + "'.\n"
              + "Use a label filter to intentionally skip this error. (e.g | __error__!=\""
              + error
              + "\").\n"
              + "To skip all potential errors you can match empty errors.(e.g __error__=\"\")\n"
              + "The label filter can also be specified after unwrap. (e.g | unwrap latency |"
              + " __error__=\"\" )\n");
    }
  }
}
