package io.skald.logql.pipeline.match;

import io.skald.common.block.LineTemplates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an expression can be found in a line, one table look-up per byte. The table is
 * the deterministic automaton of a {@link RegexProgram}, made as far as the lines need it (A. Aho,
 * R. Sethi, J. Ullman, "Compilers", section 3.9).
 *
 * <p>A state is the set of instructions that may come next, and what kind of byte was read last,
 * which assertions look at. States are bounded: an expression that needs more is left undecided.
 *
 * <p>Thread-safe. The table is an array of fixed size whose cells are written once, from 0, under
 * the lock; a reader that does not see a cell yet takes the lock and looks again.
 */
final class RegexAutomaton {
  /** What a run found out. */
  enum Result {
    MATCH,
    NO_MATCH,
    UNDECIDED
  }

  private static final int MAX_CELLS = 1 << 16;
  private static final int MAX_STATES = 1024;

  /** The bytes inside of a character; a search does not begin at one. */
  private static final int FIRST_CONTINUATION = 0x80;

  private static final int LAST_CONTINUATION = 0xBF;

  // Cells and ends hold these, or a state's row.
  private static final int NOT_MADE = 0;
  private static final int MATCHED = -1;
  private static final int FULL = -2;
  private static final int NOT_MATCHED = -3;

  /** A state: instructions in ascending order, and the kind of the byte before. */
  private record State(List<Integer> instructions, int before) {}

  private final RegexProgram program;
  private final boolean asserts;
  private final int[] classOf = new int[256];
  private final int[] representatives;
  private final int width;

  /** By marker, the classes of the bytes that its values consist of. */
  private final int[][] classesOfValues;

  /** Rows of states; row 0 is not used. A cell is the row of the next state. */
  private final int[] table;

  /** For each state whether it matches at the end of the line. */
  private final int[] ends;

  private final Map<State, Integer> rows = new HashMap<>();
  private final List<State> states = new ArrayList<>();
  private final int startRow;
  private final boolean[] visited;
  private final int[] stack;

  RegexAutomaton(RegexProgram program) {
    this.program = program;
    this.asserts = program.asserts();
    boolean[] bounds = new boolean[257];
    program.markBounds(bounds);
    bounds[FIRST_CONTINUATION] = true;
    bounds[LAST_CONTINUATION + 1] = true;
    for (int b = 1; asserts && b < 256; b++) {
      bounds[b] |= RegexProgram.placeOf(b) != RegexProgram.placeOf(b - 1);
    }
    List<Integer> firsts = new ArrayList<>(List.of(0));
    for (int b = 1; b < 256; b++) {
      if (bounds[b]) {
        firsts.add(b);
      }
      classOf[b] = firsts.size() - 1;
    }
    this.representatives = firsts.stream().mapToInt(Integer::intValue).toArray();
    this.width = representatives.length;
    this.classesOfValues = new int[LineTemplates.LAST_MARKER + 1][];
    Arrays.fill(classesOfValues, classesOf("09afgzAZ"));
    classesOfValues[LineTemplates.NUMBER] = classesOf("09");
    classesOfValues[LineTemplates.ID] = classesOf("09af");
    classesOfValues[LineTemplates.ID_32] = classesOf("09af");
    int maxStates = Math.min(MAX_STATES, MAX_CELLS / width);
    this.table = new int[(maxStates + 1) * width];
    this.ends = new int[maxStates + 1];
    this.visited = new boolean[program.size()];
    // Each instruction is followed once, and adds two at most.
    this.stack = new int[3 * program.size() + 1];
    this.states.add(new State(List.of(), RegexProgram.OTHER));
    this.startRow = rowOf(new State(List.of(), RegexProgram.EDGE));
  }

  /**
   * @param ranges first and last bytes, in turn
   */
  private int[] classesOf(String ranges) {
    BitSet classes = new BitSet();
    for (int i = 0; i < ranges.length(); i += 2) {
      for (int b = ranges.charAt(i); b <= ranges.charAt(i + 1); b++) {
        classes.set(classOf[b]);
      }
    }
    return classes.stream().toArray();
  }

  /** Runs over {@code area[start, end)}, which must be valid UTF-8. */
  Result run(byte[] area, int start, int end) {
    int row = startRow;
    for (int at = start; at < end; at++) {
      int next = next(row, classOf[area[at] & 0xFF]);
      if (next <= 0) {
        return next == MATCHED ? Result.MATCH : Result.UNDECIDED;
      }
      row = next;
    }
    return atEnd(row);
  }

  /**
   * Runs over all lines of a template at once: undecided as soon as they part ways, which they do
   * where it matters to the expression what a value is or how long.
   *
   * @param text valid UTF-8, with markers for values
   */
  Result runTemplate(byte[] text, int start, int end) {
    int row = startRow;
    for (int at = start; at < end; at++) {
      byte b = text[at];
      boolean marker = b >= 0 && b <= LineTemplates.LAST_MARKER;
      int next = marker ? behindValue(row, b) : next(row, classOf[b & 0xFF]);
      if (next <= 0) {
        return next == MATCHED ? Result.MATCH : Result.UNDECIDED;
      }
      row = next;
    }
    return atEnd(row);
  }

  /** Returns the state behind any value; FULL if it is not the same for all. */
  private int behindValue(int row, byte marker) {
    int[] classes = classesOfValues[marker];
    int first = behindAnyOf(row, classes);
    return first <= 0 || behindAnyOf(first, classes) == first ? first : FULL;
  }

  private int behindAnyOf(int row, int[] classes) {
    int next = next(row, classes[0]);
    for (int i = 1; i < classes.length; i++) {
      if (next(row, classes[i]) != next) {
        return FULL;
      }
    }
    return next;
  }

  /** Returns the state behind a byte of a class, MATCHED or FULL. */
  private int next(int row, int byteClass) {
    int next = table[row + byteClass];
    return next == NOT_MADE ? makeCell(row, row + byteClass) : next;
  }

  private Result atEnd(int row) {
    int state = row / width;
    int end = ends[state] == NOT_MADE ? makeEnd(state) : ends[state];
    return end == MATCHED ? Result.MATCH : Result.NO_MATCH;
  }

  private synchronized int makeCell(int row, int cell) {
    if (table[cell] == NOT_MADE) {
      int b = representatives[cell - row];
      int behind = asserts ? RegexProgram.placeOf(b) : RegexProgram.OTHER;
      boolean begins = b < FIRST_CONTINUATION || b > LAST_CONTINUATION;
      int[] reached = closure(states.get(row / width), behind, begins);
      table[cell] = reached == null ? MATCHED : rowOf(step(reached, b, behind));
    }
    return table[cell];
  }

  private synchronized int makeEnd(int state) {
    if (ends[state] == NOT_MADE) {
      int[] reached = closure(states.get(state), RegexProgram.EDGE, true);
      ends[state] = reached == null ? MATCHED : NOT_MATCHED;
    }
    return ends[state];
  }

  /**
   * Returns the instructions that read a byte at this place, or null if there is a match.
   *
   * @param begins whether a match may begin here
   */
  private int @Nullable [] closure(State state, int behind, boolean begins) {
    Arrays.fill(visited, false);
    int depth = 0;
    for (int instruction : state.instructions) {
      stack[depth++] = instruction;
    }
    if (begins) {
      stack[depth++] = program.start();
    }
    int[] reading = new int[program.size()];
    int count = 0;
    while (depth > 0) {
      int at = stack[--depth];
      if (visited[at]) {
        continue;
      }
      visited[at] = true;
      switch (program.operation(at)) {
        case RegexProgram.BYTE -> reading[count++] = at;
        case RegexProgram.SPLIT -> {
          stack[depth++] = program.secondTarget(at);
          stack[depth++] = program.firstTarget(at);
        }
        case RegexProgram.ASSERT -> {
          if (program.holds(at, state.before, behind)) {
            stack[depth++] = program.next(at);
          }
        }
        default -> {
          return null;
        }
      }
    }
    return Arrays.copyOf(reading, count);
  }

  /** Returns the state behind {@code b}. */
  private State step(int[] reading, int b, int before) {
    boolean[] targets = new boolean[program.size()];
    for (int at : reading) {
      if (program.reads(at, b)) {
        targets[program.next(at)] = true;
      }
    }
    List<Integer> instructions = new ArrayList<>();
    for (int at = 0; at < targets.length; at++) {
      if (targets[at]) {
        instructions.add(at);
      }
    }
    return new State(instructions, before);
  }

  private int rowOf(State state) {
    Integer known = rows.get(state);
    if (known != null) {
      return known;
    }
    if (states.size() == ends.length) {
      return FULL;
    }
    int row = states.size() * width;
    states.add(state);
    rows.put(state, row);
    return row;
  }
}
