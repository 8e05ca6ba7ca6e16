package io.skald.storage.chunk;

import io.skald.common.block.LineTemplates;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What there is to do for each template of a block so that certain parts of its lines come out. A
 * program is a list of operations: copy a piece of text, then take a value, pass over one, or do
 * neither. Values of columns of which no line needs one are not looked at.
 */
final class LinePrograms {
  /** Numbers an operation takes: the start and the length of a piece of text, and a column. */
  static final int STRIDE = 3;

  /** No value follows the text. */
  static final int NO_VALUE = -1;

  /** Added to the column of a value that is passed over. */
  static final int SKIP = 1024;

  private final LineTemplates templates;
  private final TemplateMarkers markers;
  private final BitSet columns = new BitSet(TemplateColumns.COUNT);
  private int[] operations = new int[1024];
  private int size;

  /** Where the program of a chosen template starts; of one that is not, that of its values. */
  private final int[] starts;

  private final int[] skipStarts;
  private final int[] textLengths;

  /**
   * @param chosen the templates of which lines are wanted
   * @param passed whether there are lines between the wanted ones
   * @param parts see {@link LineTemplates#lines}
   */
  LinePrograms(
      LineTemplates templates,
      TemplateMarkers markers,
      boolean[] chosen,
      boolean passed,
      int @Nullable [] @Nullable [] parts) {
    this.templates = templates;
    this.markers = markers;
    int count = templates.count();
    this.starts = new int[count + 1];
    this.skipStarts = new int[count + 1];
    this.textLengths = new int[count];
    int[][] ranges = new int[count][];
    for (int template = 0; template < count; template++) {
      if (chosen[template]) {
        ranges[template] = ranges(template, parts);
        addColumns(template, ranges[template]);
      }
    }
    for (int template = 0; template < count; template++) {
      starts[template] = size;
      if (chosen[template]) {
        compile(template, ranges[template]);
      }
    }
    starts[count] = size;
    for (int template = 0; template < count; template++) {
      skipStarts[template] = size;
      if (passed) {
        compileSkips(template);
      }
    }
    skipStarts[count] = size;
  }

  private int[] ranges(int template, int @Nullable [] @Nullable [] parts) {
    int[] some = parts == null ? null : parts[template];
    return some == null ? new int[] {templates.start(template), templates.end(template)} : some;
  }

  private void addColumns(int template, int[] ranges) {
    int range = 0;
    for (int m = markers.first(template); m < markers.first(template + 1); m++) {
      int position = markers.position(m);
      while (range < ranges.length && position >= ranges[range + 1]) {
        range += 2;
      }
      if (range == ranges.length) {
        return;
      }
      if (position >= ranges[range]) {
        columns.set(markers.column(m));
      }
    }
  }

  private void compile(int template, int[] ranges) {
    int marker = markers.first(template);
    int lastMarker = markers.first(template + 1);
    for (int range = 0; range < ranges.length; range += 2) {
      int from = ranges[range];
      int to = ranges[range + 1];
      marker = compileSkips(marker, lastMarker, from);
      for (; marker < lastMarker && markers.position(marker) < to; marker++) {
        int position = markers.position(marker);
        add(from, position - from, markers.column(marker));
        textLengths[template] += position - from;
        from = position + 1;
      }
      if (from < to) {
        add(from, to - from, NO_VALUE);
        textLengths[template] += to - from;
      }
    }
    compileSkips(marker, lastMarker, Integer.MAX_VALUE);
  }

  private void compileSkips(int template) {
    compileSkips(markers.first(template), markers.first(template + 1), Integer.MAX_VALUE);
  }

  /** Passes over the values of markers before {@code end} and returns the first one behind. */
  private int compileSkips(int marker, int lastMarker, int end) {
    for (; marker < lastMarker && markers.position(marker) < end; marker++) {
      if (columns.get(markers.column(marker))) {
        add(0, 0, SKIP + markers.column(marker));
      }
    }
    return marker;
  }

  private void add(int from, int length, int column) {
    if (operations.length < size + STRIDE) {
      operations = Arrays.copyOf(operations, 2 * operations.length);
    }
    operations[size] = from;
    operations[size + 1] = length;
    operations[size + 2] = column;
    size += STRIDE;
  }

  /** Returns the columns of which lines need values. */
  BitSet columns() {
    return columns;
  }

  int[] operations() {
    return operations;
  }

  /** Returns where the operations for a wanted line begin; they end where the next begin. */
  int start(int template) {
    return starts[template];
  }

  /** Returns where the operations for a line that is not wanted begin. */
  int skipStart(int template) {
    return skipStarts[template];
  }

  /** Returns the bytes of text that a wanted line takes. */
  int textLength(int template) {
    return textLengths[template];
  }
}
