package io.skald.logql.pipeline;

import io.skald.logql.pipeline.json.JsonScanner;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out the members of a JSON object that {@code | json} would read without a use.
 *
 * <p>One line of the template is read in the way of {@link JsonMembers}. To that reader all its
 * lines are alike: it looks for brackets, quotes, commas and escapes, which no value holds, and at
 * the first byte of a value outside of strings. A digit there stays a digit; a template with
 * another value there is not reduced, nor is one whose lines are malformed.
 */
final class JsonReduction implements LineReducer.Reduction {
  /** Objects that nest deeper are left to the reader, which bounds its work by the line. */
  private static final int MAX_NESTED_OBJECTS = 32;

  private final JsonScanner scanner = new JsonScanner();
  private final RangeList kept = new RangeList();
  private byte[] template = {};
  private byte[] line = {};
  private int at;

  /** Where the comma behind the last kept member stands, or -1. */
  private int openComma = -1;

  @Override
  public int @Nullable [] parts(byte[] template, LabelNeeds needs) {
    this.template = template;
    this.line = LineReducer.example(template);
    kept.clear();
    openComma = -1;
    int start = JsonScanner.skipSpace(line, 0, line.length);
    if (start == line.length || line[start] != '{' || objects() > MAX_NESTED_OBJECTS) {
      return null;
    }
    kept.add(start, start + 1);
    at = JsonScanner.skipSpace(line, start + 1, line.length);
    while (at < line.length && line[at] != '}') {
      if (!readMember(needs)) {
        return null;
      }
    }
    if (at == line.length) {
      return null;
    }
    kept.add(at, at + 1);
    return kept.toArray();
  }

  private int objects() {
    int count = 0;
    for (byte b : line) {
      count += b == '{' ? 1 : 0;
    }
    return count;
  }

  /** Reads a member and goes to the next, or to the closing brace; false if it is malformed. */
  private boolean readMember(LabelNeeds needs) {
    int start = at;
    int keyEnd = line[at] == '"' ? scanner.stringEnd(line, at + 1, line.length) : -1;
    if (keyEnd < 0) {
      return false;
    }
    boolean needed = scanner.escaped() || isNeeded(start + 1, keyEnd - 1, needs);
    int colon = JsonScanner.skipSpace(line, keyEnd, line.length);
    if (colon == line.length
        || line[colon] != ':'
        || scanner.readValue(line, colon + 1, line.length) != null) {
      return false;
    }
    int end = scanner.next();
    at = JsonScanner.skipSpace(line, end, line.length);
    if (at == line.length || (line[at] != ',' && line[at] != '}')) {
      return false;
    }
    int comma = line[at] == ',' ? at : -1;
    if (needed) {
      if (openComma >= 0) {
        kept.add(openComma, openComma + 1);
      }
      kept.add(start, end);
      openComma = comma;
    }
    if (comma >= 0) {
      at = JsonScanner.skipSpace(line, comma + 1, line.length);
    }
    return true;
  }

  private boolean isNeeded(int keyStart, int keyEnd, LabelNeeds needs) {
    return LineReducer.holdsMarker(template, keyStart, keyEnd)
        || mayBeNeeded(line, keyStart, keyEnd, needs);
  }

  /** Returns whether a key or one that begins with it, as those of inner members, is needed. */
  static boolean mayBeNeeded(byte[] line, int keyStart, int keyEnd, LabelNeeds needs) {
    byte[] name = new byte[keyEnd - keyStart + 1];
    int length = KeySanitizer.append(line, keyStart, keyEnd, name, 0);
    return needs.wantsUnder(new String(Arrays.copyOf(name, length), StandardCharsets.ISO_8859_1));
  }
}
