package io.skald.distributor.validate;

import io.skald.common.push.PushDecodeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Normalises the names of structured metadata to {@code [a-zA-Z0-9_]}, and remembers the names of a
 * request: there are few, on many entries. Confined to one thread.
 */
final class MetadataNames {
  private static final int SLOTS = 256;
  private static final int MAX_REMEMBERED_LENGTH = 256;
  private static final byte[] NOTHING = {};

  private final byte[][] raw = new byte[SLOTS][];
  private final String[] names = new String[SLOTS];

  MetadataNames() {
    Arrays.fill(raw, NOTHING);
  }

  /**
   * Returns the name that {@code area[start, start + length)} stands for.
   *
   * @throws PushDecodeException if nothing but underscores is left of it
   */
  String normalize(byte[] area, int start, int length) {
    if (length == 0) {
      return normalize("");
    }
    int hash = length;
    for (int i = start; i < start + length; i++) {
      hash = 31 * hash + area[i];
    }
    int slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    byte[] known = raw[slot];
    if (Arrays.equals(known, 0, known.length, area, start, start + length)) {
      return names[slot];
    }
    String name = normalize(new String(area, start, length, StandardCharsets.UTF_8));
    if (length <= MAX_REMEMBERED_LENGTH) {
      raw[slot] = Arrays.copyOfRange(area, start, start + length);
      names[slot] = name;
    }
    return name;
  }

  private static String normalize(String raw) {
    StringBuilder out = new StringBuilder(raw.length() + 4);
    int from = underscoresAtStart(raw);
    int to = raw.length() - underscoresAtEnd(raw, from);
    out.append(raw, 0, from);
    boolean afterUnderscore = false;
    boolean any = false;
    for (int i = from; i < to; ) {
      int c = raw.codePointAt(i);
      i += Character.charCount(c);
      boolean plain = isPlain(c);
      if (plain) {
        if (!any && from == 0 && c >= '0' && c <= '9' && out.isEmpty()) {
          out.append("key_");
        }
        out.append((char) c);
        any = true;
      } else if (!afterUnderscore) {
        out.append('_');
      }
      afterUnderscore = !plain;
    }
    if (!any) {
      throw new PushDecodeException(
          400,
          "structured metadata name \""
              + raw.substring(0, Math.min(100, raw.length()))
              + "\" has no letter or digit");
    }
    return out.append(raw, to, raw.length()).toString();
  }

  private static int underscoresAtStart(String raw) {
    int i = 0;
    while (i < raw.length() && raw.charAt(i) == '_') {
      i++;
    }
    return i;
  }

  private static int underscoresAtEnd(String raw, int from) {
    int i = raw.length();
    while (i > from && raw.charAt(i - 1) == '_') {
      i--;
    }
    return raw.length() - i;
  }

  private static boolean isPlain(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
