package io.skald.storage.chunk;

import org.jspecify.annotations.Nullable;

/** Where the frames of {@link TemplateEncoding} and the columns in them lie. Immutable. */
final class FrameTable {
  static final int TEXT = 0;
  static final int NUMBERS = 1;
  private static final int SMALL_COLUMNS = 2;
  private static final int FIRST_COLUMN = 3;

  private final Section section;
  private final int[] offsets;
  private final int[] stored;
  private final int[] lengths;

  /** By column: bytes, bytes of a value, frame, offset in its content. */
  private final int[] sizes;

  private final int[] widths;
  private final int[] frames;
  private final int[] starts;

  private FrameTable(Section section, int[] sizes, int[] widths, int textLength, int numbers) {
    this.section = section;
    this.sizes = sizes;
    this.widths = widths;
    this.frames = new int[sizes.length];
    this.starts = new int[sizes.length];
    int count = FIRST_COLUMN;
    int small = 0;
    for (int column = 0; column < sizes.length; column++) {
      if (sizes[column] >= TemplateColumns.MIN_FRAME_BYTES) {
        frames[column] = count++;
      } else {
        frames[column] = SMALL_COLUMNS;
        starts[column] = small;
        small += sizes[column];
      }
    }
    this.lengths = new int[count];
    lengths[TEXT] = textLength;
    lengths[NUMBERS] = numbers;
    lengths[SMALL_COLUMNS] = small;
    for (int column = 0; column < sizes.length; column++) {
      if (frames[column] != SMALL_COLUMNS) {
        lengths[frames[column]] = sizes[column];
      }
    }
    this.offsets = new int[count];
    this.stored = new int[count];
  }

  /** Reads the table of columns and that of frames, which follow each other. */
  static FrameTable read(
      Section section, SectionReader in, int textLength, int numbers, int lineBytes) {
    int[] sizes = new int[TemplateColumns.COUNT];
    int[] widths = new int[TemplateColumns.COUNT];
    int used = in.readVarInt("the number of columns", TemplateColumns.COUNT);
    int column = -1;
    for (int i = 0; i < used; i++) {
      column += 1 + in.readVarInt("a column", TemplateColumns.COUNT - column - 2L);
      // A value of one digit takes two bytes.
      widths[column] = in.readVarInt("the width of a column", lineBytes);
      sizes[column] = in.readVarInt("the length of a column", 2L * lineBytes);
    }
    checkIds(section, sizes, widths);
    FrameTable table = new FrameTable(section, sizes, widths, textLength, numbers);
    table.readFrames(in);
    return table;
  }

  private static void checkIds(Section section, int[] sizes, int[] widths) {
    int width = sizes[TemplateColumns.ID_32] == 0 ? 0 : TemplateColumns.ID_32_BYTES;
    if (widths[TemplateColumns.ID_32] != width || widths[TemplateColumns.ID] != 0) {
      throw section.corrupt("a column of ids has a wrong width");
    }
  }

  private void readFrames(SectionReader in) {
    for (int frame = 0; frame < stored.length; frame++) {
      stored[frame] = in.readVarInt("the stored length of a frame", lengths[frame]);
    }
    for (int frame = 0; frame < stored.length; frame++) {
      offsets[frame] = in.position();
      in.skip(stored[frame]);
    }
    in.expectEnd();
  }

  /** Returns the content of a frame behind {@code lead} zeros and before some slack. */
  byte[] unpack(DecompressionContexts contexts, int frame, int lead, int slack) {
    int length = lengths[frame];
    if (stored[frame] != length) {
      return contexts.decompress(section, offsets[frame], stored[frame], lead, length, slack);
    }
    byte[] content = new byte[lead + length + slack];
    System.arraycopy(section.bytes(), offsets[frame], content, lead, length);
    return content;
  }

  /** Returns the values of all columns of words, each followed by a line feed or the next one. */
  byte[] words(DecompressionContexts contexts) {
    ColumnSet columns = new ColumnSet();
    for (int column = TemplateColumns.FIRST_WORD; column < TemplateColumns.ID_32; column++) {
      if (sizes[column] > 0) {
        columns.add(column);
      }
    }
    if (columns.next(0) < 0) {
      return new byte[0];
    }
    SectionWriter words = new SectionWriter();
    @Nullable ValueCursor[] cursors = open(contexts, columns);
    for (int column = columns.next(0); column >= 0; column = columns.next(column + 1)) {
      ValueCursor cursor = cursors[column];
      if (cursor != null) {
        cursor.appendTo(words);
      }
    }
    return words.toByteArray();
  }

  /** Unpacks columns; what is not asked for is null. */
  @Nullable ValueCursor[] open(DecompressionContexts contexts, ColumnSet columns) {
    byte[] @Nullable [] contents = new byte[lengths.length][];
    @Nullable ValueCursor[] cursors = new ValueCursor[sizes.length];
    for (int column = columns.next(0); column >= 0; column = columns.next(column + 1)) {
      byte[] content = contents[frames[column]];
      if (content == null) {
        content = unpack(contexts, frames[column], 0, TemplateLines.SLACK);
        contents[frames[column]] = content;
      }
      cursors[column] =
          new ValueCursor(section, content, starts[column], sizes[column], widths[column]);
    }
    return cursors;
  }
}
