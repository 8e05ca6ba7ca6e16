package io.skald.logql.syntax;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The range vector of a range aggregation.
 *
 * @param rangeNanos the window; 0 gives no data
 * @param offsetNanos how far back the window is shifted; negative looks forward
 */
public record LogRange(LogExpr log, @Nullable Unwrap unwrap, long rangeNanos, long offsetNanos) {
  /** How the label value becomes a number. */
  public enum Conversion {
    NONE(""),
    BYTES("bytes"),
    DURATION("duration"),
    DURATION_SECONDS("duration_seconds");

    private final String text;

    Conversion(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  /** {@code | unwrap conversion(label)} and the label filters behind it. */
  public record Unwrap(String label, Conversion conversion, List<LabelFilter> filters) {
    public Unwrap {
      filters = List.copyOf(filters);
    }
  }
}
