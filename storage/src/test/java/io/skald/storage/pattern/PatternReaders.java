package io.skald.storage.pattern;

import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.chunk.Section;
import io.skald.storage.chunk.SectionWriter;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;

/** The readers of patterns on any bytes, for the fuzzer. */
public final class PatternReaders {
  private static final int PLAIN = 1;
  private static final ColumnDecoder DECODER = new ColumnDecoder();

  private PatternReaders() {}

  /** Reads bytes as the patterns of a chunk, as the directory, and as the trailer. */
  public static void tryAll(byte[] bytes) {
    tryOne(() -> PatternArea.readBody(new Section("o", "body", 0, PLAIN, bytes), DECODER));
    tryOne(() -> PatternArea.readDirectory(new Section("o", "directory", 0, 0, bytes), 1 << 20));
    byte[] checked = Arrays.copyOf(bytes, 17);
    byte[] magic = {'S', 'K', 'P', 'T'};
    byte[] trailer =
        new SectionWriter()
            .writeBytes(checked, 0, checked.length)
            .writeCrc()
            .writeBytes(magic, 0, magic.length)
            .toByteArray();
    tryOne(() -> PatternArea.readTrailer(new Section("o", "trailer", 1000, 0, trailer)));
  }

  private static void tryOne(Runnable reader) {
    try {
      reader.run();
    } catch (CorruptChunkException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }
}
