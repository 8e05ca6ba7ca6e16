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

  private final Section section;
  private final DecompressionContexts contexts;
  private final int lineBytes;
  private final int size;
  private final int[] starts;
  private final byte[] text;
  private final int[] ofEntries;
  private final FrameTable frames;

  /** Where each template's markers stand, and the columns of their values. */
  private final TemplateMarkers markers;

  private TemplateLines(
      Section section,
      DecompressionContexts contexts,
      int lineBytes,
      int size,
      int[] starts,
      byte[] text,
      int[] ofEntries,
      FrameTable frames) {
    this.section = section;
    this.contexts = contexts;
    this.lineBytes = lineBytes;
    this.size = size;
    this.starts = starts;
    this.text = text;
    this.ofEntries = ofEntries;
    this.frames = frames;
    this.markers = new TemplateMarkers(text, starts);
  }

  static TemplateLines decode(
      Section section, DecompressionContexts contexts, int entries, int lineBytes) {
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
        section, contexts, lineBytes, entries, starts, text, ofEntries, frames);
  }

  private static int[] starts(Section section, byte[] text, int count) {
    int[] starts = new int[count + 1];
    int end = text.length - SLACK;
    starts[0] = TemplateColumns.LEAD;
    int found = 0;
    for (int at = TemplateColumns.LEAD; at < end; ) {
      int stop =
          Words.firstByte(Words.below((long) Words.LONG.get(text, at), LineTemplates.END + 1));
      at += stop;
      if (stop < Long.BYTES && at < end) {
        at++;
        if (found == count) {
          throw section.corrupt("it holds more than " + count + " templates");
        }
        starts[++found] = at;
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

  int sizeBytes() {
    return section.bytes().length
        + text.length
        + Integer.BYTES * (starts.length + ofEntries.length)
        + markers.sizeBytes();
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
  public Lines lines(int[] entries, int count, int @Nullable [] @Nullable [] parts) {
    return assembly(entries, count, parts).run(entries, count);
  }

  private LineAssembly assembly(int[] entries, int count, int @Nullable [] @Nullable [] parts) {
    boolean[] chosen = new boolean[count()];
    for (int i = 0; i < count; i++) {
      chosen[ofEntries[entries[i]]] = true;
    }
    LinePrograms programs = new LinePrograms(this, markers, chosen, count < size, parts);
    return new LineAssembly(
        section, this, programs, frames.open(contexts, programs.columns()), lineBytes);
  }
}
