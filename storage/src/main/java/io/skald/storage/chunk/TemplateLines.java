package io.skald.storage.chunk;

import io.skald.common.block.LineTemplates;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines as {@link TemplateEncoding} wrote them: the templates unpacked, the values not. A column is
 * unpacked when a line is put together that needs it, and not kept.
 */
final class TemplateLines implements LineTemplates {
  /** Bytes behind texts and values, which are copied a word at a time. */
  static final int SLACK = Long.BYTES;

  /** Whatever a cache has room for is less. */
  private static final int MAX_SIZE_BYTES = 1 << 30;

  private final Section section;
  private final DecompressionContexts contexts;
  private final int lineBytes;
  private final int size;
  private final int[] starts;
  private final byte[] text;
  private final int[] ofEntries;
  private final FrameTable frames;

  private final TemplatePool pool;

  /** Those that were asked for. Written by racing readers, with equal templates. */
  private final @Nullable StoredTemplate[] templates;

  private TemplateLines(
      Section section,
      DecompressionContexts contexts,
      int lineBytes,
      int size,
      int[] starts,
      byte[] text,
      int[] ofEntries,
      FrameTable frames,
      TemplatePool pool) {
    this.section = section;
    this.contexts = contexts;
    this.lineBytes = lineBytes;
    this.size = size;
    this.starts = starts;
    this.text = text;
    this.ofEntries = ofEntries;
    this.frames = frames;
    this.pool = pool;
    this.templates = new StoredTemplate[starts.length - 1];
  }

  static TemplateLines decode(
      Section section,
      DecompressionContexts contexts,
      TemplatePool pool,
      int entries,
      int lineBytes) {
    SectionReader in = new SectionReader(section);
    int count = in.readVarInt("the number of templates", entries);
    int textLength = in.readVarInt("the length of the templates", (long) lineBytes + count);
    int planes = in.readByte();
    if (count == 0 || planes != BytePlanes.count(count - 1)) {
      throw section.corrupt(planes + " planes do not fit " + count + " templates");
    }
    FrameTable frames = FrameTable.read(section, in, textLength, planes * entries, lineBytes);
    byte[] text = frames.unpack(contexts, FrameTable.TEXT, TemplateColumns.LEAD, SLACK);
    int[] starts = starts(section, text, count);
    byte[] numbers = frames.unpack(contexts, FrameTable.NUMBERS, 0, 0);
    int[] ofEntries = new int[entries];
    BytePlanes.addTo(ofEntries, numbers, 0, planes);
    for (int template : ofEntries) {
      if (template >= count || template < 0) {
        throw section.corrupt("a line has template " + template + " of " + count);
      }
    }
    return new TemplateLines(
        section, contexts, lineBytes, entries, starts, text, ofEntries, frames, pool);
  }

  private static int[] starts(Section section, byte[] text, int count) {
    int[] starts = new int[count + 1];
    int end = text.length - SLACK;
    starts[0] = TemplateColumns.LEAD;
    int found = 0;
    for (int at = TemplateColumns.LEAD; at < end; at += Long.BYTES) {
      long marks = Words.zeros((long) Words.LONG.get(text, at));
      for (; marks != 0; marks &= marks - 1) {
        int behind = at + Words.firstByte(marks) + 1;
        if (behind > end) {
          break; // slack
        }
        if (found == count) {
          throw section.corrupt("it holds more than " + count + " templates");
        }
        starts[++found] = behind;
      }
    }
    if (found != count || starts[count] != end) {
      throw section.corrupt("it holds " + found + " templates, expected " + count);
    }
    return starts;
  }

  @Override
  public int count() {
    return starts.length - 1;
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
    return frames.words(contexts);
  }

  /** Returns what it takes once all its templates were asked for, at most. */
  int sizeBytes() {
    long bytes =
        section.bytes().length
            + text.length
            + (long) Integer.BYTES * (2 * starts.length + ofEntries.length)
            + (long) StoredTemplate.OVERHEAD_BYTES * count()
            + (long) StoredTemplate.BYTES_PER_BYTE * text.length;
    return (int) Math.min(MAX_SIZE_BYTES, bytes);
  }

  @Override
  public StoredTemplate template(int number) {
    StoredTemplate template = templates[number];
    if (template == null) {
      template = pool.get(text, start(number), end(number));
      templates[number] = template;
    }
    return template;
  }

  /**
   * Returns all lines and {@link #SLACK} bytes of anything.
   *
   * @throws CorruptChunkException if they do not have exactly the expected length
   */
  byte[] all() {
    int[] entries = new int[size];
    Arrays.setAll(entries, i -> i);
    LineAssembly assembly = assembly(entries, size, null);
    Lines lines = assembly.run(entries, size);
    if (lines.offsets()[size] != lineBytes || !assembly.isUsedUp()) {
      throw section.corrupt(
          "its parts make "
              + lines.offsets()[size]
              + " bytes, expected "
              + lineBytes
              + ", or are not used up");
    }
    return lines.bytes();
  }

  @Override
  public Lines lines(int[] entries, int count, @Nullable Part @Nullable [] parts) {
    return assembly(entries, count, parts).run(entries, count);
  }

  private LineAssembly assembly(int[] entries, int count, @Nullable Part @Nullable [] parts) {
    @Nullable StoredPart[] chosen = new StoredPart[count()];
    ColumnSet columns = new ColumnSet();
    for (int i = 0; i < count; i++) {
      int number = ofEntries[entries[i]];
      if (chosen[number] == null) {
        StoredPart part = parts == null ? null : (StoredPart) parts[number];
        part = part == null ? template(number).whole() : part;
        chosen[number] = part;
        columns.addAll(part.columns());
      }
    }
    return new LineAssembly(
        section, this, chosen, columns, frames.open(contexts, columns), lineBytes);
  }
}
