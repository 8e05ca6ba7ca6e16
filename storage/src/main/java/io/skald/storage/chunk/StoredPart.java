package io.skald.storage.chunk;

import io.skald.common.block.LineTemplates;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What there is to do so that certain parts of the lines of a template come out: operations, each
 * of which copies a piece of its text, then takes a value, passes over one, or does neither.
 */
final class StoredPart implements LineTemplates.Part {
  /** Numbers an operation takes: the start and the length of a piece of text, and a column. */
  static final int STRIDE = 3;

  /** No value follows the text. */
  static final int NO_VALUE = -1;

  /** Added to the column of a value that is passed over. */
  static final int SKIP = 1024;

  private final StoredTemplate template;
  private final int[] ranges;
  private final ColumnSet columns = new ColumnSet();
  private final Program own;

  /** The last that was made for more columns than {@link #columns}. */
  private volatile @Nullable Program last;

  /**
   * @param read the columns of which values are taken or passed over
   */
  private record Program(ColumnSet read, int[] operations, int textLength) {}

  /**
   * @param ranges of the template's bytes, from and to in turn, ascending
   */
  StoredPart(StoredTemplate template, int[] ranges) {
    this.template = template;
    this.ranges = new int[ranges.length];
    for (int i = 0; i < ranges.length; i++) {
      this.ranges[i] = ranges[i] + TemplateColumns.LEAD;
    }
    int range = 0;
    for (int marker = 0; marker < template.markers(); marker++) {
      while (range < ranges.length && template.position(marker) >= this.ranges[range + 1]) {
        range += 2;
      }
      if (range < ranges.length && template.position(marker) >= this.ranges[range]) {
        columns.add(template.column(marker));
      }
    }
    this.own = compile(columns);
  }

  /** Returns the columns that hold its values. */
  ColumnSet columns() {
    return columns;
  }

  byte[] text() {
    return template.text();
  }

  int textLength() {
    return own.textLength;
  }

  /**
   * Returns the operations.
   *
   * @param read the columns of which lines of any template need values: those of this one's lines
   *     are passed over where they are not taken
   */
  int[] operations(ColumnSet read) {
    if (!template.columns().sharesBeyond(read, columns)) {
      return own.operations;
    }
    Program program = last;
    if (program == null || !program.read.isSame(read)) {
      program = compile(read);
      last = program;
    }
    return program.operations;
  }

  private Program compile(ColumnSet read) {
    Operations operations = new Operations();
    int marker = 0;
    for (int range = 0; range < ranges.length; range += 2) {
      int from = ranges[range];
      int to = ranges[range + 1];
      marker = addSkips(operations, marker, from, read);
      for (; marker < template.markers() && template.position(marker) < to; marker++) {
        int position = template.position(marker);
        operations.add(from, position - from, template.column(marker));
        from = position + 1;
      }
      if (from < to) {
        operations.add(from, to - from, NO_VALUE);
      }
    }
    addSkips(operations, marker, Integer.MAX_VALUE, read);
    return new Program(
        read, Arrays.copyOf(operations.numbers, operations.size), operations.textLength);
  }

  /** Passes over the values of markers before {@code end} and returns the first one behind. */
  private int addSkips(Operations operations, int marker, int end, ColumnSet read) {
    for (; marker < template.markers() && template.position(marker) < end; marker++) {
      if (read.contains(template.column(marker))) {
        operations.add(0, 0, SKIP + template.column(marker));
      }
    }
    return marker;
  }

  /** Operations one after the other. */
  private static final class Operations {
    private int[] numbers = new int[8 * STRIDE];
    private int size;
    private int textLength;

    void add(int from, int length, int column) {
      if (size == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * size);
      }
      numbers[size] = from;
      numbers[size + 1] = length;
      numbers[size + 2] = column;
      size += STRIDE;
      textLength += length;
    }
  }
}
