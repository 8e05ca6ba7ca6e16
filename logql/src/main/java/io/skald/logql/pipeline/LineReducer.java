package io.skald.logql.pipeline;

import io.skald.common.block.LineTemplates;
import io.skald.common.model.Labels;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the parts of lines that a pipeline looks at, template by template, so that no more of a
 * line has to be put together. The pipeline does with the parts what it would do with the line:
 * keep it or not, and set the labels that are needed.
 *
 * <p>The parts are found once for each template, and remembered: the blocks of a stream, and often
 * all streams of an application, share theirs. Bounded: a template takes the place of another with
 * the same slot. Not thread-safe.
 */
public final class LineReducer {
  private static final int SLOTS = 4096;

  /** Stands for a template whose lines are needed whole. */
  private static final int[] WHOLE = {0, 0};

  private final LabelNeeds needs;

  /** Null if no step looks at the line. */
  private final @Nullable Reduction reduction;

  private final byte[] @Nullable [] templates = new byte[SLOTS][];
  private final int[] @Nullable [] parts = new int[SLOTS][];

  private LineReducer(LabelNeeds needs, @Nullable Reduction reduction) {
    this.needs = needs;
    this.reduction = reduction;
  }

  /** Finds the parts of a line from its template. */
  interface Reduction {
    /**
     * Returns ranges of the template, or null if the line is needed whole.
     *
     * @param needs names the labels that matter
     */
    int @Nullable [] parts(byte[] template, LabelNeeds needs);
  }

  /** Returns the reducer of a pipeline, or null if it needs every line whole. */
  static @Nullable LineReducer of(List<Step> steps, LabelNeeds needs) {
    Reduction reduction = null;
    for (Step step : steps) {
      Reduction parser =
          switch (step) {
            case ParserSteps.Json _ -> new JsonReduction();
            case ParserSteps.Logfmt _ -> new LogfmtReduction();
            default -> null;
          };
      if (parser == null ? !leavesLineAlone(step) : reduction != null || needs.wantsAll()) {
        return null;
      }
      reduction = parser == null ? reduction : parser;
    }
    return new LineReducer(needs, reduction);
  }

  private static boolean leavesLineAlone(Step step) {
    return switch (step) {
      case LabelSteps.Filter _, LabelSteps.Drop _, LabelSteps.Keep _ -> true;
      case LabelSteps.LabelFormat(List<LabelSteps.Assignment> assignments) ->
          assignments.stream().allMatch(assignment -> assignment.template() == null);
      default -> false;
    };
  }

  /**
   * Returns the labels of a stream that can make a difference to what the pipeline finds in a line:
   * lines with equal parts of streams that agree in these labels have the same outcome.
   */
  public Labels relevant(Labels stream) {
    return needs.relevant(stream);
  }

  /** Returns for each template of these entries what {@link LineTemplates#lines} takes. */
  public int[] @Nullable [] parts(LineTemplates lines, int[] entries, int count) {
    int[] @Nullable [] result = new int[lines.count()][];
    boolean[] done = new boolean[lines.count()];
    int[] ofEntries = lines.ofEntries();
    for (int i = 0; i < count; i++) {
      int template = ofEntries[entries[i]];
      if (!done[template]) {
        done[template] = true;
        result[template] = parts(lines.text(), lines.start(template), lines.end(template));
      }
    }
    return result;
  }

  private int @Nullable [] parts(byte[] text, int start, int end) {
    if (reduction == null) {
      return new int[0];
    }
    int slot = ByteHash.of(text, start, end) & SLOTS - 1;
    byte[] known = templates[slot];
    int[] relative = parts[slot];
    if (known == null
        || relative == null
        || !Arrays.equals(known, 0, known.length, text, start, end)) {
      known = Arrays.copyOfRange(text, start, end);
      int[] found = reduction.parts(known, needs);
      relative = found == null ? WHOLE : found;
      templates[slot] = known;
      parts[slot] = relative;
    }
    return relative == WHOLE ? null : shifted(relative, start);
  }

  private static int[] shifted(int[] ranges, int by) {
    int[] shifted = new int[ranges.length];
    for (int i = 0; i < ranges.length; i++) {
      shifted[i] = ranges[i] + by;
    }
    return shifted;
  }

  /**
   * Returns a line of the template: with {@code 1} for a number and {@code x} for another value. A
   * value has as many bytes as its marker, so positions are those of the template.
   */
  static byte[] example(byte[] template) {
    byte[] line = template.clone();
    for (int i = 0; i < line.length; i++) {
      if (isMarker(line[i])) {
        line[i] = line[i] == LineTemplates.NUMBER ? (byte) '1' : (byte) 'x';
      }
    }
    return line;
  }

  static boolean holdsMarker(byte[] template, int start, int end) {
    for (int i = start; i < end; i++) {
      if (isMarker(template[i])) {
        return true;
      }
    }
    return false;
  }

  private static boolean isMarker(byte b) {
    return b >= 0 && b <= LineTemplates.LAST_MARKER;
  }
}
