package io.skald.common.push;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Prints decoded pushes, so that a test can compare one text. */
final class Decoded {
  private Decoded() {}

  /** Returns a text for each stream: labels, then {@code timestamp:line{name=value}} entries. */
  static List<String> print(DecodedPush push) {
    List<String> streams = new ArrayList<>();
    for (int stream = 0; stream < push.streamCount(); stream++) {
      StringBuilder out =
          new StringBuilder(text(push, push.labelStart(stream), push.labelLength(stream)));
      for (int entry = push.firstEntry(stream); entry < push.firstEntry(stream + 1); entry++) {
        out.append(' ').append(push.timestamp(entry)).append(':');
        out.append(text(push, push.lineStart(entry), push.lineLength(entry)));
        for (int pair = push.firstPair(entry); pair < push.firstPair(entry + 1); pair++) {
          out.append('{')
              .append(text(push, push.nameStart(pair), push.nameLength(pair)))
              .append('=')
              .append(text(push, push.valueStart(pair), push.valueLength(pair)))
              .append('}');
        }
      }
      streams.add(out.toString());
    }
    return streams;
  }

  private static String text(DecodedPush push, int start, int length) {
    return new String(push.area(), start, length, StandardCharsets.UTF_8);
  }
}
