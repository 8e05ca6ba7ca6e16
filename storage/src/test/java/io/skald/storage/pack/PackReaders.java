package io.skald.storage.pack;

import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.chunk.Section;
import io.skald.storage.chunk.SectionWriter;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;

/** The readers of packs on any bytes, for the fuzzer. */
public final class PackReaders {
  private static final int DIRECTORY_OFFSET = 1 << 20;

  private PackReaders() {}

  /** Reads bytes as a directory and as a trailer whose checksums are right. */
  public static void tryAll(byte[] bytes) {
    for (int version = 1; version <= PackFormat.VERSION; version++) {
      directory(bytes, version);
    }
    trailer(bytes);
  }

  private static void directory(byte[] bytes, int version) {
    PackFormat.Trailer fits = new PackFormat.Trailer(DIRECTORY_OFFSET, bytes.length, 0, version);
    try {
      PackReader.Directory directory =
          PackFormat.readDirectory(new Section("o", "directory", DIRECTORY_OFFSET, 0, bytes), fits);
      for (PackedChunk chunk : directory.chunks()) {
        Assertions.assertTrue(chunk.ref().offset() >= 0);
        Assertions.assertTrue(chunk.ref().mainEnd() <= DIRECTORY_OFFSET);
        Assertions.assertTrue(chunk.ref().linesEnd() <= DIRECTORY_OFFSET);
      }
    } catch (CorruptChunkException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }

  private static void trailer(byte[] bytes) {
    byte[] checked = Arrays.copyOf(bytes, 17);
    byte[] magic = {'S', 'K', 'P', 'K'};
    byte[] trailer =
        new SectionWriter()
            .writeBytes(checked, 0, checked.length)
            .writeCrc()
            .writeBytes(magic, 0, magic.length)
            .toByteArray();
    try {
      PackFormat.Trailer read =
          PackFormat.readTrailer(new Section("o", "trailer", DIRECTORY_OFFSET, 0, trailer));
      Assertions.assertEquals(DIRECTORY_OFFSET, read.directoryOffset() + read.directoryLength());
    } catch (CorruptChunkException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }
}
