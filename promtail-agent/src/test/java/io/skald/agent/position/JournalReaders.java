package io.skald.agent.position;

import io.skald.agent.position.JournalCodec.JournalRecord;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Assertions;

/** The reader of journal records on any payload, as if its checksum were right. */
final class JournalReaders {
  private JournalReaders() {}

  /**
   * @throws AssertionError if what was read is not what is written of it
   */
  static void tryAll(byte[] payload) {
    try {
      JournalRecord record = JournalCodec.decode(ByteBuffer.wrap(payload));
      ByteBuffer encoded = JournalCodec.encode(record);
      ByteBuffer again = encoded.position(JournalCodec.RECORD_HEADER_BYTES).slice();
      Assertions.assertEquals(
          encoded.rewind(), JournalCodec.encode(JournalCodec.decode(again)).rewind());
    } catch (CorruptJournalException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }
}
