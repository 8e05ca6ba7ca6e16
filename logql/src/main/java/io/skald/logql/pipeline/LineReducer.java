package io.skald.logql.pipeline;

import io.skald.common.block.LineTemplates;
import io.skald.common.block.LineTemplates.Part;
import io.skald.common.block.LineTemplates.Template;
import io.skald.common.model.Labels;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the parts of lines that a pipeline looks at, template by template, so that no more of a
 * line has to be put together. The pipeline does with the parts what it would do with the line:
 * keep it or not, and set the labels that are needed.
 *
 * <p>The parts are found once for each template, and remembered: the blocks of a stream, and often
 * all streams of an application, share theirs. Bounded; forgets everything when it is full. Not
 * thread-safe.
 */
public final class LineReducer {
  private static final int MAX_TEMPLATES = 8192;

  private final LabelNeeds needs;

  /** Null if no step looks at the line. */
  private final @Nullable Reduction reduction;

  /** By the object: equal templates mostly are one. Empty where lines are needed whole. */
  private final Map<Template, Optional<Part>> parts = new IdentityHashMap<>();

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
  public @Nullable Part[] parts(LineTemplates lines, int[] entries, int count) {
    @Nullable Part[] result = new Part[lines.count()];
    boolean[] done = new boolean[lines.count()];
    int[] ofEntries = lines.ofEntries();
    for (int i = 0; i < count; i++) {
      int template = ofEntries[entries[i]];
      if (!done[template]) {
        done[template] = true;
        result[template] = part(lines.template(template)).orElse(null);
      }
    }
    return result;
  }

  private Optional<Part> part(Template template) {
    Optional<Part> part = parts.get(template);
    if (part == null) {
      if (parts.size() == MAX_TEMPLATES) {
        parts.clear();
      }
      int[] ranges = reduction == null ? new int[0] : reduction.parts(template.bytes(), needs);
      part = ranges == null ? Optional.empty() : Optional.of(template.part(ranges));
      parts.put(template, part);
    }
    return part;
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
