package io.skald.logql.pipeline.match;

import io.skald.common.block.LineTemplates;
import java.util.Arrays;
import java.util.List;

/** What is known of a {@link LineTest} from the templates of a block. Immutable. */
public final class TemplateTest {
  private final LineTest positive;
  private final boolean negative;
  private final boolean decided;

  /** Sets of literals; a line that the test passes holds one of each. */
  private final List<List<TemplateLiteral>> sets;

  private TemplateTest(
      LineTest positive, boolean negative, boolean decided, List<List<TemplateLiteral>> sets) {
    this.positive = positive;
    this.negative = negative;
    this.decided = decided;
    this.sets = sets;
  }

  public static TemplateTest of(LineTest test) {
    boolean negative = test instanceof LineTest.Negation;
    LineTest positive = negative ? test.negated() : test;
    boolean decided = positive.decidedByLiterals() && !positive.requiredAnyOf().isEmpty();
    List<List<ByteSearch>> literals =
        decided ? List.of(positive.requiredAnyOf()) : positive.requiredSets();
    return new TemplateTest(
        positive,
        negative,
        decided,
        literals.stream().map(set -> set.stream().map(TemplateLiteral::of).toList()).toList());
  }

  /** Lowers the entries of {@code verdicts} to what the test says of the lines of each template. */
  public void restrict(LineTemplates templates, TemplateVerdict[] verdicts) {
    TemplateVerdict[] passes = new TemplateVerdict[verdicts.length];
    Arrays.fill(passes, decided ? TemplateVerdict.YES : TemplateVerdict.MAYBE);
    TemplateVerdict[] contains = new TemplateVerdict[verdicts.length];
    for (List<TemplateLiteral> set : sets) {
      Arrays.fill(contains, TemplateVerdict.NO);
      for (TemplateLiteral literal : set) {
        literal.mark(templates, contains);
      }
      for (int i = 0; i < passes.length; i++) {
        passes[i] = passes[i].and(contains[i]);
      }
    }
    byte[] text = templates.text();
    for (int i = 0; i < verdicts.length; i++) {
      if (passes[i] == TemplateVerdict.MAYBE && verdicts[i] != TemplateVerdict.NO) {
        passes[i] = positive.onTemplate(text, templates.start(i), templates.end(i));
      }
      verdicts[i] = verdicts[i].and(negative ? passes[i].negated() : passes[i]);
    }
  }
}
