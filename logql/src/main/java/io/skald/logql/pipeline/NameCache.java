package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Label names by the bytes of the key they come from. The keys of a stream repeat line by line, so
 * a key costs a hash and a comparison instead of a new string. Bounded: a key takes the place of
 * another with the same slot. Not thread-safe.
 */
final class NameCache {
  private static final int SLOTS = 256;

  /** A longer key yields no label: names of that length are no names, and there may be many. */
  static final int MAX_KEY_LENGTH = 4096;

  private final byte[][] keys = new byte[SLOTS][];
  private final @Nullable LabelName[] names = new @Nullable LabelName[SLOTS];
  private final Labels stream;
  private final LabelNeeds needs;
  private final LabelName none;
  private final Map<String, LabelName> ofQuery = new HashMap<>();
  private byte[] sanitized = new byte[64];

  NameCache(Labels stream, LabelNeeds needs) {
    this.stream = stream;
    this.needs = needs;
    this.none = new LabelName("", false, LabelNeeds.ALL);
  }

  /** Returns the name for the key {@code area[start, end)}; one without text if it yields none. */
  LabelName get(byte[] area, int start, int end) {
    int length = end - start;
    if (length == 0 || length > MAX_KEY_LENGTH) {
      return none;
    }
    int slot = ByteHash.of(area, start, end) & (SLOTS - 1);
    LabelName known = names[slot];
    if (known != null && Arrays.equals(keys[slot], 0, keys[slot].length, area, start, end)) {
      return known;
    }
    LabelName name = make(area, start, end);
    keys[slot] = Arrays.copyOfRange(area, start, end);
    names[slot] = name;
    return name;
  }

  private LabelName make(byte[] area, int start, int end) {
    if (sanitized.length < end - start + 1) {
      sanitized = new byte[end - start + 1];
    }
    int size = KeySanitizer.append(area, start, end, sanitized, 0);
    return make(new String(sanitized, 0, size, StandardCharsets.ISO_8859_1));
  }

  /** Returns the name for a label that the query names; there are no more of them than that. */
  LabelName get(String name) {
    return ofQuery.computeIfAbsent(name, this::make);
  }

  private LabelName make(String name) {
    return new LabelName(name, stream.has(name), needs);
  }
}
