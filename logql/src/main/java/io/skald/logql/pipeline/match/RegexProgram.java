package io.skald.logql.pipeline.match;

import io.skald.logql.pipeline.match.RegexNode.Assertion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A regular expression as instructions over bytes (K. Thompson, "Regular Expression Search
 * Algorithm"): read a byte of a range, go on in two places, assert, match. Immutable.
 */
final class RegexProgram {
  /** Above this, one step of the automaton costs more than the engine does. */
  private static final int MAX_SIZE = 4_000;

  static final byte BYTE = 0;
  static final byte SPLIT = 1;
  static final byte ASSERT = 2;
  static final byte MATCH = 3;

  /** Where a position lies: behind which character, or in front of which. */
  static final int EDGE = 0;

  static final int NEWLINE = 1;
  static final int WORD = 2;
  static final int OTHER = 3;

  private final byte[] operations;

  /** First byte, first target, or number of the assertion. */
  private final int[] first;

  /** Last byte, or second target. */
  private final int[] second;

  private final int[] next;
  private final List<Assertion> assertions;
  private final int start;

  private RegexProgram(Builder builder, int start) {
    this.operations = Arrays.copyOf(builder.operations, builder.size);
    this.first = Arrays.copyOf(builder.first, builder.size);
    this.second = Arrays.copyOf(builder.second, builder.size);
    this.next = Arrays.copyOf(builder.next, builder.size);
    this.assertions = List.copyOf(builder.assertions);
    this.start = start;
  }

  /** Returns the program, or empty if the expression holds something unknown or is too large. */
  static Optional<RegexProgram> of(RegexNode node) {
    Builder builder = new Builder();
    try {
      int match = builder.add(MATCH, 0, 0, 0);
      return Optional.of(new RegexProgram(builder, builder.compile(node, match)));
    } catch (UnsupportedException e) {
      return Optional.empty();
    }
  }

  int size() {
    return operations.length;
  }

  int start() {
    return start;
  }

  byte operation(int at) {
    return operations[at];
  }

  int firstTarget(int at) {
    return first[at];
  }

  int secondTarget(int at) {
    return second[at];
  }

  int next(int at) {
    return next[at];
  }

  boolean reads(int at, int b) {
    return operations[at] == BYTE && first[at] <= b && b <= second[at];
  }

  boolean holds(int at, int before, int behind) {
    return switch (assertions.get(first[at])) {
      case BEGIN_TEXT -> before == EDGE;
      case END_TEXT -> behind == EDGE;
      case BEGIN_LINE -> before == EDGE || before == NEWLINE;
      case END_LINE -> behind == EDGE || behind == NEWLINE;
      case WORD_BOUNDARY -> (before == WORD) != (behind == WORD);
      case NO_WORD_BOUNDARY -> (before == WORD) == (behind == WORD);
    };
  }

  /** Returns whether it matters what stands before and behind a position. */
  boolean asserts() {
    return !assertions.isEmpty();
  }

  static int placeOf(int b) {
    if (b == '\n') {
      return NEWLINE;
    }
    boolean word =
        (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '_';
    return word ? WORD : OTHER;
  }

  /** Marks where a byte is told from the one before it. */
  void markBounds(boolean[] bounds) {
    for (int at = 0; at < size(); at++) {
      if (operations[at] == BYTE) {
        bounds[first[at]] = true;
        bounds[second[at] + 1] = true;
      }
    }
  }

  /** Builds from the end: each part is given what comes behind it. */
  private static final class Builder {
    private byte[] operations = new byte[64];
    private int[] first = new int[64];
    private int[] second = new int[64];
    private int[] next = new int[64];
    private final List<Assertion> assertions = new ArrayList<>();
    private int size;

    int add(byte operation, int firstArgument, int secondArgument, int nextAt) {
      if (size == MAX_SIZE) {
        throw new UnsupportedException();
      }
      if (size == operations.length) {
        operations = Arrays.copyOf(operations, 2 * size);
        first = Arrays.copyOf(first, 2 * size);
        second = Arrays.copyOf(second, 2 * size);
        next = Arrays.copyOf(next, 2 * size);
      }
      operations[size] = operation;
      first[size] = firstArgument;
      second[size] = secondArgument;
      next[size] = nextAt;
      return size++;
    }

    private int split(int one, int other) {
      return add(SPLIT, one, other, 0);
    }

    int compile(RegexNode node, int behind) {
      return switch (node) {
        case RegexNode.Literal(int codePoint, boolean fold) -> {
          CodePointSet set = CodePointSet.of(codePoint, codePoint);
          yield set(fold ? set.foldedAscii() : set, behind);
        }
        case RegexNode.OneOf(CodePointSet set) -> set(set, behind);
        case RegexNode.Unknown _ -> throw new UnsupportedException();
        case Assertion assertion -> add(ASSERT, number(assertion), 0, behind);
        case RegexNode.Sequence(List<RegexNode> parts) -> {
          int at = behind;
          for (RegexNode part : parts.reversed()) {
            at = compile(part, at);
          }
          yield at;
        }
        case RegexNode.Choice(List<RegexNode> alternatives) -> {
          List<Integer> starts = new ArrayList<>();
          for (RegexNode alternative : alternatives) {
            starts.add(compile(alternative, behind));
          }
          yield any(starts);
        }
        case RegexNode.Repeat(RegexNode part, int min, int max) -> repeat(part, min, max, behind);
      };
    }

    private int number(Assertion assertion) {
      if (!assertions.contains(assertion)) {
        assertions.add(assertion);
      }
      return assertions.indexOf(assertion);
    }

    private int any(List<Integer> starts) {
      int at = starts.getLast();
      for (int i = starts.size() - 2; i >= 0; i--) {
        at = split(starts.get(i), at);
      }
      return at;
    }

    private int set(CodePointSet set, int behind) {
      List<Integer> starts = new ArrayList<>();
      for (int[] sequence : Utf8Ranges.of(set)) {
        int at = behind;
        for (int i = sequence.length - 2; i >= 0; i -= 2) {
          at = add(BYTE, sequence[i], sequence[i + 1], at);
        }
        starts.add(at);
      }
      if (starts.isEmpty()) {
        throw new UnsupportedException();
      }
      return any(starts);
    }

    private int repeat(RegexNode part, int min, int max, int behind) {
      int at = behind;
      if (max < 0) {
        int loop = split(behind, behind);
        int body = compile(part, loop);
        first[loop] = body;
        at = loop;
      } else {
        for (int i = min; i < max; i++) {
          at = split(compile(part, at), behind);
        }
      }
      for (int i = 0; i < min; i++) {
        at = compile(part, at);
      }
      return at;
    }
  }

  /** The expression is not for this program; never leaves it. */
  private static final class UnsupportedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedException() {
      super("", null, false, false);
    }
  }
}
