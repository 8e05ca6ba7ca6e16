package io.skald.logql.pipeline;

import io.skald.logql.pipeline.json.JsonScanner;
import io.skald.logql.pipeline.json.JsonStrings;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Extracts the members of a JSON object as labels: {@code | json}. Members of inner objects get the
 * names on the way, joined by an underscore; arrays and nulls yield no label.
 *
 * <p>An inner object is entered only after its closing brace was found, so a value is read once per
 * level. To keep a line of nothing but braces from taking quadratic time, the bytes read that way
 * are bounded by a multiple of the line. Not thread-safe; scratch space is reused.
 */
final class JsonMembers {
  /** How often each byte may be read to find the ends of inner objects: levels, in effect. */
  private static final int MAX_READS_PER_BYTE = 64;

  private final JsonScanner scanner = new JsonScanner();

  /** The sanitised names of the objects that were entered, joined. */
  private byte[] name = new byte[128];

  private byte[] unescapedKey = new byte[64];

  /** For each object that was entered: the end of the one around it, and the length of its name. */
  private int[] outerLimits = new int[8];

  private int[] outerLengths = new int[8];
  private int[] resumeAt = new int[8];
  private int depth;
  private int nameLength;
  private int at;
  private int limit;

  /** The key that was read last. */
  private byte[] keyArea = {};

  private int keyStart;
  private int keyEnd;
  private long readBudget;

  /**
   * Extracts from the line {@code area[start, end)}.
   *
   * @return null, or the error text; labels found before the error are set
   */
  @Nullable String extract(byte[] area, int start, int end, LabelState labels) {
    depth = 0;
    nameLength = 0;
    readBudget = (long) MAX_READS_PER_BYTE * (end - start) + 4096;
    String error = begin(area, start, end);
    while (error == null) {
      int outerDepth = depth;
      if (area[at] == '}') {
        if (depth == 0) {
          return null;
        }
        leave();
      } else {
        error = readMember(area);
        if (error == null) {
          error = extractValue(area, labels);
        }
        if (error == null && labels.isComplete()) {
          return null;
        }
      }
      if (error == null && depth <= outerDepth) {
        error = goBehindComma(area);
      }
    }
    return error;
  }

  /**
   * Reads the string members of the outermost object: {@code | unpack}.
   *
   * @return null, or the error text; members before the error were handed out
   */
  @Nullable String readStrings(byte[] area, int start, int end, StringMember taker) {
    String error = begin(area, start, end);
    while (error == null && area[at] != '}') {
      error = readMember(area);
      if (error == null) {
        if (scanner.kind() == JsonScanner.Kind.STRING) {
          taker.accept(keyArea, keyStart, keyEnd, scanner);
        }
        error = goBehindComma(area);
      }
    }
    return error;
  }

  /** Goes to the first byte inside of the outermost object. */
  private @Nullable String begin(byte[] area, int start, int end) {
    limit = end;
    at = JsonScanner.skipSpace(area, start, limit);
    if (at == limit || area[at] != '{') {
      return JsonScanner.MALFORMED_OBJECT;
    }
    at = JsonScanner.skipSpace(area, at + 1, limit);
    return at == limit ? JsonScanner.MALFORMED : null;
  }

  /** Goes from behind a value to the next key or the closing brace. */
  private @Nullable String goBehindComma(byte[] area) {
    at = JsonScanner.skipSpace(area, at, limit);
    if (at < limit && area[at] == ',') {
      at = JsonScanner.skipSpace(area, at + 1, limit);
      return at == limit ? JsonScanner.MALFORMED_ARRAY : null;
    }
    if (at == limit) {
      return JsonScanner.MALFORMED_ARRAY;
    }
    return area[at] == '}' ? null : JsonScanner.MALFORMED_OBJECT;
  }

  /** Reads a key and a value and stands behind them. */
  private @Nullable String readMember(byte[] area) {
    if (area[at] != '"') {
      return JsonScanner.MALFORMED_OBJECT;
    }
    String error = readKey(area);
    if (error == null) {
      error = scanner.readValue(area, at, limit);
      at = scanner.next();
    }
    return error;
  }

  /** Reads a key and stands behind the colon. */
  private @Nullable String readKey(byte[] area) {
    int start = at + 1;
    int behind = scanner.stringEnd(area, start, limit);
    if (behind < 0) {
      return JsonScanner.MALFORMED;
    }
    keyArea = area;
    keyStart = start;
    keyEnd = behind - 1;
    if (scanner.escaped() && !unescapeKey(area)) {
      return JsonScanner.MALFORMED_ESCAPE;
    }
    at = JsonScanner.skipSpace(area, behind, limit);
    if (at == limit || area[at] != ':') {
      return JsonScanner.MALFORMED;
    }
    at++;
    return null;
  }

  private boolean unescapeKey(byte[] area) {
    if (unescapedKey.length < keyEnd - keyStart) {
      unescapedKey = new byte[keyEnd - keyStart];
    }
    int size = JsonStrings.unescape(area, keyStart, keyEnd, unescapedKey, 0);
    keyArea = unescapedKey;
    keyStart = 0;
    keyEnd = size;
    return size >= 0;
  }

  private @Nullable String extractValue(byte[] area, LabelState labels) {
    switch (scanner.kind()) {
      case OBJECT -> {
        readBudget -= scanner.end() - scanner.start();
        if (readBudget < 0) {
          return JsonScanner.MALFORMED_OBJECT;
        }
        enter(area, labels);
      }
      case STRING, NUMBER, BOOLEAN -> extractScalar(area, labels);
      case NULL, ARRAY -> {
        // No label.
      }
    }
    return null;
  }

  /** Takes a member whose value is a string, on which the scanner stands. */
  interface StringMember {
    void accept(byte[] keyArea, int keyStart, int keyEnd, JsonScanner value);
  }

  /** Goes into the object that was read, unless no label below is needed. */
  private void enter(byte[] area, LabelState labels) {
    int length = appendKey();
    if (length > NameCache.MAX_KEY_LENGTH || !labels.needs().wantsUnder(prefix(labels, length))) {
      return;
    }
    if (depth == resumeAt.length) {
      resumeAt = Arrays.copyOf(resumeAt, 2 * depth);
      outerLimits = Arrays.copyOf(outerLimits, 2 * depth);
      outerLengths = Arrays.copyOf(outerLengths, 2 * depth);
    }
    resumeAt[depth] = at;
    outerLimits[depth] = limit;
    outerLengths[depth] = nameLength;
    depth++;
    nameLength = length;
    limit = at;
    at = JsonScanner.skipSpace(area, scanner.start() + 1, limit);
  }

  private void leave() {
    depth--;
    at = resumeAt[depth];
    limit = outerLimits[depth];
    nameLength = outerLengths[depth];
  }

  private String prefix(LabelState labels, int length) {
    return labels.needs().wantsAll()
        ? ""
        : new String(name, 0, length, StandardCharsets.ISO_8859_1);
  }

  /** Appends the key to the name of the objects around it and returns the length of both. */
  private int appendKey() {
    int room = nameLength + keyEnd - keyStart + 2;
    if (name.length < room) {
      name = Arrays.copyOf(name, 2 * room);
    }
    if (nameLength == 0) {
      return KeySanitizer.append(keyArea, keyStart, keyEnd, name, 0);
    }
    name[nameLength] = '_';
    int length = KeySanitizer.append(keyArea, keyStart, keyEnd, name, nameLength + 1);
    return length == nameLength + 1 ? nameLength : length;
  }

  private void extractScalar(byte[] area, LabelState labels) {
    LabelName label;
    if (nameLength == 0) {
      label = labels.nameOf(keyArea, keyStart, keyEnd);
    } else {
      int length = appendKey(); // may replace the array
      label = labels.nameOf(name, 0, length);
    }
    if (label.plain().isEmpty()) {
      return;
    }
    boolean escaped = scanner.kind() == JsonScanner.Kind.STRING && scanner.escaped();
    labels.extract(
        label,
        area,
        scanner.start(),
        scanner.end(),
        escaped ? ParsedLabels.Encoding.JSON_ESCAPES : ParsedLabels.Encoding.PLAIN);
  }
}
