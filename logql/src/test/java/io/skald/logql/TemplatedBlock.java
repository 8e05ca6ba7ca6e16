package io.skald.logql;

import io.skald.common.block.BlockView;
import io.skald.common.block.ForwardingBlock;
import io.skald.common.block.LineTemplates;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A block that hands out templates as a stored one does. Its whole lines cannot be read. */
public final class TemplatedBlock extends ForwardingBlock {
  private static final Pattern TOKEN = Pattern.compile("[0-9A-Za-z]+");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");
  private static final Pattern ID = Pattern.compile("(?=.*[0-9])(?=.*[a-f])([0-9a-f]{2}){8,}");
  private static final Pattern WORD = Pattern.compile("(?=.*[0-9])(?=.*[A-Za-z]).{4,}");

  private final BlockView block;

  private TemplatedBlock(BlockView block) {
    super(block);
    this.block = block;
  }

  /** Returns the block with templates, or as it is if a line holds a marker. */
  public static BlockView of(BlockView block) {
    for (int i = 0; i < (int) block.lineBytes(); i++) {
      byte b = block.lines()[i];
      if (b >= 0 && b <= LineTemplates.LAST_MARKER) {
        return block;
      }
    }
    return new TemplatedBlock(block);
  }

  @Override
  public LineTemplates templates() {
    List<Split> lines = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      int start = block.lineOffsets()[i];
      int length = block.lineOffsets()[i + 1] - start;
      lines.add(Split.of(new String(block.lines(), start, length, StandardCharsets.ISO_8859_1)));
    }
    return new Templates(lines);
  }

  /** One line taken apart. */
  private record Split(String template, List<String> values) {
    static Split of(String line) {
      StringBuilder template = new StringBuilder();
      List<String> values = new ArrayList<>();
      Matcher token = TOKEN.matcher(line);
      int end = 0;
      while (token.find()) {
        template.append(line, end, token.start());
        end = token.end();
        String text = token.group();
        if (ID.matcher(text).matches()) {
          template.append((char) (text.length() == 32 ? LineTemplates.ID_32 : LineTemplates.ID));
          values.add(text);
        } else if (WORD.matcher(text).matches()) {
          template.append((char) LineTemplates.WORD);
          values.add(text);
        } else {
          NUMBER.matcher(text).results().forEach(number -> values.add(number.group()));
          template.append(
              NUMBER.matcher(text).replaceAll(String.valueOf((char) LineTemplates.NUMBER)));
        }
      }
      return new Split(template.append(line.substring(end)).toString(), values);
    }

    /** Returns the ranges of the line's template put together. */
    String part(int[] ranges) {
      StringBuilder part = new StringBuilder();
      for (int range = 0; range < ranges.length; range += 2) {
        int value = (int) template.substring(0, ranges[range]).chars().filter(c -> c < 5).count();
        for (int i = ranges[range]; i < ranges[range + 1]; i++) {
          char c = template.charAt(i);
          part.append(c < 5 ? values.get(value++) : c);
        }
      }
      return part.toString();
    }
  }

  /** The templates of some lines, numbered as they first appear. */
  private static final class Templates implements LineTemplates {
    private final List<Split> lines;
    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final int[] ofEntries;
    private final int[] starts;
    private final byte[] text;

    Templates(List<Split> lines) {
      this.lines = lines;
      this.ofEntries = new int[lines.size()];
      for (int i = 0; i < ofEntries.length; i++) {
        ofEntries[i] = numbers.computeIfAbsent(lines.get(i).template(), _ -> numbers.size());
      }
      // The first byte is of no template.
      StringBuilder all = new StringBuilder("?");
      this.starts = new int[numbers.size() + 1];
      int count = 0;
      for (String template : numbers.keySet()) {
        starts[count++] = all.length();
        all.append(template).append((char) END);
      }
      starts[count] = all.length();
      this.text = all.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public int count() {
      return numbers.size();
    }

    @Override
    public byte[] text() {
      return text;
    }

    @Override
    public int start(int template) {
      return starts[template];
    }

    @Override
    public int end(int template) {
      return starts[template + 1] - 1;
    }

    @Override
    public int[] ofEntries() {
      return ofEntries;
    }

    @Override
    public byte[] words() {
      StringBuilder words = new StringBuilder();
      for (Split line : lines) {
        List<Character> markers =
            line.template().chars().filter(c -> c < 5).mapToObj(c -> (char) c).toList();
        for (int i = 0; i < markers.size(); i++) {
          if (markers.get(i) == WORD) {
            words.append(line.values().get(i)).append('\n');
          }
        }
      }
      return words.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public Template template(int number) {
      return new OneTemplate(Arrays.copyOfRange(text, start(number), end(number)));
    }

    @Override
    public Lines lines(int[] entries, int count, @Nullable Part @Nullable [] parts) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      int[] offsets = new int[count + 1];
      for (int i = 0; i < count; i++) {
        Split line = lines.get(entries[i]);
        @Nullable Part part = parts == null ? null : parts[ofEntries[entries[i]]];
        int[] ranges =
            part instanceof OnePart(int[] some) ? some : new int[] {0, line.template().length()};
        bytes.writeBytes(line.part(ranges).getBytes(StandardCharsets.ISO_8859_1));
        offsets[i + 1] = bytes.size();
      }
      return new Lines(bytes.toByteArray(), offsets);
    }
  }

  private record OneTemplate(byte[] bytes) implements LineTemplates.Template {
    @Override
    public LineTemplates.Part part(int[] ranges) {
      return new OnePart(ranges);
    }
  }

  private record OnePart(int[] ranges) implements LineTemplates.Part {}
}
