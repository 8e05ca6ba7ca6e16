package io.skald.logql.pipeline;

import io.skald.logql.pipeline.logfmt.LogfmtScanner;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out the pairs that {@code | logfmt} would read without a use.
 *
 * <p>One line of the template is read in the way of that stage. All its lines are alike there: the
 * scanner looks for spaces, quotes, equals signs and escapes, which no value holds. A template
 * whose lines are malformed is not reduced, nor is one with a value next to an escape: whether that
 * one is valid may depend on the value.
 */
final class LogfmtReduction implements LineReducer.Reduction {
  private final LogfmtScanner scanner = new LogfmtScanner();
  private final RangeList kept = new RangeList();

  @Override
  public int @Nullable [] parts(byte[] template, LabelNeeds needs) {
    byte[] line = LineReducer.example(template);
    kept.clear();
    scanner.reset(line, 0, line.length);
    while (true) {
      switch (scanner.next()) {
        case END -> {
          return kept.toArray();
        }
        case ERROR -> {
          return null;
        }
        case PAIR -> {
          if (scanner.escaped()
              && LineReducer.holdsMarker(template, scanner.valueStart(), scanner.valueEnd())) {
            return null;
          }
          if (LineReducer.holdsMarker(template, scanner.keyStart(), scanner.keyEnd())
              || JsonReduction.mayBeNeeded(line, scanner.keyStart(), scanner.keyEnd(), needs)) {
            kept.add(scanner.keyStart(), endOfPair(line));
          }
        }
      }
    }
  }

  /** Returns the position behind the pair and one byte of the space that follows it. */
  private int endOfPair(byte[] line) {
    int end = scanner.valueEnd();
    if (scanner.valueStart() > scanner.keyEnd() + 1) {
      end++; // the closing quote
    }
    boolean space = end < line.length && line[end] >= 0 && line[end] <= ' ';
    return space ? end + 1 : end;
  }
}
