package io.skald.logql.pipeline.match;

import io.skald.common.block.LineTemplates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A literal to be looked for in the templates of a block instead of its lines. Immutable.
 *
 * <p>In a line, an occurrence of the literal covers text of the template and whole or partial
 * values. Where it covers numbers only, the template holds the literal with each run of digits as
 * one {@link LineTemplates#NUMBER}: that is searched for. Where it covers a part of an id or word,
 * one of its own runs of letters and digits is part of that value, since such values are longest
 * runs: an id then consists of its characters, and a word contains it. Without digits in the
 * literal, finding it in the template is certain; with them, the numbers of a line decide.
 */
public final class TemplateLiteral {
  private final ByteSearch template;
  private final boolean certain;

  /** Whether a run of it may be part of an id. */
  private final boolean coversIds;

  /** The runs of letters and digits, of which one is in every word that an occurrence covers. */
  private final List<ByteSearch> runs;

  private TemplateLiteral(
      ByteSearch template, boolean certain, boolean coversIds, List<ByteSearch> runs) {
    this.template = template;
    this.certain = certain;
    this.coversIds = coversIds;
    this.runs = List.copyOf(runs);
  }

  public static TemplateLiteral of(ByteSearch literal) {
    byte[] bytes = literal.literal();
    List<ByteSearch> runs = new ArrayList<>();
    boolean coversIds = false;
    int start = 0;
    for (int i = 0; i <= bytes.length; i++) {
      if (i == bytes.length || !isWord(bytes[i])) {
        if (start < i) {
          byte[] run = Arrays.copyOfRange(bytes, start, i);
          boolean inside = start > 0 && i < bytes.length;
          coversIds |= isHex(run) && (!inside || run.length >= LineTemplates.MIN_ID_LENGTH);
          runs.add(search(run, literal.ignoresCase()));
        }
        start = i + 1;
      }
    }
    byte[] marked = withNumbersMarked(bytes);
    boolean certain = Arrays.equals(marked, bytes) && !holdsMarkers(bytes);
    return new TemplateLiteral(search(marked, literal.ignoresCase()), certain, coversIds, runs);
  }

  private static ByteSearch search(byte[] bytes, boolean ignoreCase) {
    return ignoreCase ? ByteSearch.ignoringAsciiCase(bytes) : ByteSearch.of(bytes);
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static boolean isWord(byte b) {
    return isDigit(b) || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
  }

  private static boolean isHex(byte[] run) {
    for (byte b : run) {
      if (!isDigit(b) && (b < 'a' || b > 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean holdsMarkers(byte[] bytes) {
    for (byte b : bytes) {
      if (b >= 0 && b <= LineTemplates.LAST_MARKER) {
        return true;
      }
    }
    return false;
  }

  private static byte[] withNumbersMarked(byte[] bytes) {
    byte[] marked = new byte[bytes.length];
    int size = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (!isDigit(bytes[i])) {
        marked[size++] = bytes[i];
      } else if (i == 0 || !isDigit(bytes[i - 1])) {
        marked[size++] = LineTemplates.NUMBER;
      }
    }
    return Arrays.copyOf(marked, size);
  }

  /**
   * Raises the entries of {@code verdicts} to what the literal says of the lines of each template:
   * that they contain it, or may.
   */
  public void mark(LineTemplates templates, TemplateVerdict[] verdicts) {
    TemplateVerdict found = certain ? TemplateVerdict.YES : TemplateVerdict.MAYBE;
    mark(templates, template, found, verdicts);
    if (coversIds) {
      mark(templates, ID, TemplateVerdict.MAYBE, verdicts);
      mark(templates, ID_32, TemplateVerdict.MAYBE, verdicts);
    }
    if (!runs.isEmpty() && mayBeInWords(templates.words())) {
      mark(templates, WORD, TemplateVerdict.MAYBE, verdicts);
    }
  }

  private static final ByteSearch ID = ByteSearch.of(new byte[] {LineTemplates.ID});
  private static final ByteSearch ID_32 = ByteSearch.of(new byte[] {LineTemplates.ID_32});
  private static final ByteSearch WORD = ByteSearch.of(new byte[] {LineTemplates.WORD});

  private boolean mayBeInWords(byte[] words) {
    for (ByteSearch run : runs) {
      if (run.isIn(words, 0, words.length)) {
        return true;
      }
    }
    return false;
  }

  private static void mark(
      LineTemplates templates, ByteSearch search, TemplateVerdict found, TemplateVerdict[] all) {
    byte[] text = templates.text();
    int last = templates.count() - 1;
    int end = templates.end(last);
    int template = 0;
    int hit = search.find(text, templates.start(0), end);
    while (hit >= 0) {
      while (templates.end(template) <= hit) {
        template++;
      }
      // A literal that holds an end mark itself may run across; then nothing is known.
      boolean inside = hit + search.length() <= templates.end(template);
      TemplateVerdict verdict = inside ? found : TemplateVerdict.MAYBE;
      all[template] = all[template].or(verdict);
      if (template == last) {
        return;
      }
      hit = search.find(text, templates.start(++template), end);
    }
  }
}
