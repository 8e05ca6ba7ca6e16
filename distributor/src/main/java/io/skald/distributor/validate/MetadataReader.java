package io.skald.distributor.validate;

import io.skald.common.model.Labels;
import io.skald.common.push.DecodedPush;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Makes the label sets of structured metadata. Confined to one thread. */
final class MetadataReader {
  private final MetadataNames names = new MetadataNames();
  private final Labels.Builder builder = Labels.builder();
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .replaceWith(" ")
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);

  /**
   * Returns the set of an entry: names normalised (of names that become equal, the last one wins),
   * invalid UTF-8 in values replaced by spaces, empty values left out.
   */
  Labels read(DecodedPush push, int entry) {
    builder.clear();
    byte[] area = push.area();
    for (int pair = push.firstPair(entry); pair < push.firstPair(entry + 1); pair++) {
      if (push.valueLength(pair) == 0) {
        continue;
      }
      String name = names.normalize(area, push.nameStart(pair), push.nameLength(pair));
      builder.set(name, value(area, push.valueStart(pair), push.valueLength(pair)));
    }
    return builder.build();
  }

  private String value(byte[] area, int start, int length) {
    String text = new String(area, start, length, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') < 0) {
      return text;
    }
    try {
      CharBuffer decoded = decoder.decode(ByteBuffer.wrap(area, start, length));
      return decoded.toString();
    } catch (CharacterCodingException e) {
      throw new IllegalStateException("a decoder that replaces cannot fail", e);
    }
  }
}
