package io.skald.storage.delete;

import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.chunk.SectionWriter;
import org.junit.jupiter.api.Assertions;

/** The reader of delete requests on any bytes, for the fuzzer. */
public final class DeleteReaders {
  private DeleteReaders() {}

  /** Reads bytes as the requests of a tenant whose checksum is right. */
  public static void requests(byte[] bytes) {
    byte[] checked =
        new SectionWriter().writeBytes(bytes, 0, bytes.length).writeCrc().toByteArray();
    try {
      var requests = DeleteFormat.decode("t/deletes/requests", checked);
      Assertions.assertEquals(
          requests, DeleteFormat.decode("t/deletes/requests", DeleteFormat.encode(requests)));
    } catch (CorruptChunkException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }
}
