package io.skald.distributor.level;

import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the level of an entry: in its stream's labels, its structured metadata, or its line. A line
 * is looked at as JSON (first two levels), as logfmt, and at last for a level word that stands
 * alone. Works on the bytes; the answer is one of a few shared strings.
 */
public final class LevelDetector {
  /** What an entry gets that tells no level. */
  public static final String UNKNOWN = "unknown";

  private static final int MAX_JSON_DEPTH = 2;

  /** Names in the order of precedence, as bytes. */
  private final byte[][] names;

  /** The distinct lower-case names in the same order: logfmt keys are compared in any case. */
  private final byte[][] foldedNames;

  private final List<String> fields;

  /** First bytes of names, so that most keys are passed by without a comparison. */
  private final boolean[] startsName = new boolean[256];

  private final boolean[] startsFoldedName = new boolean[256];

  /**
   * @param fields the names of labels, metadata and members that hold a level, best first
   */
  public LevelDetector(List<String> fields) {
    this.fields = List.copyOf(fields);
    List<byte[]> exact = new ArrayList<>();
    List<byte[]> folded = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String field : fields) {
      byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
      if (bytes.length == 0) {
        continue;
      }
      exact.add(bytes);
      startsName[bytes[0] & 0xFF] = true;
      String lower = field.toLowerCase(Locale.ROOT);
      if (seen.add(lower)) {
        byte[] lowerBytes = lower.getBytes(StandardCharsets.UTF_8);
        folded.add(lowerBytes);
        startsFoldedName[lowerBytes[0] & 0xFF] = true;
      }
    }
    this.names = exact.toArray(byte[][]::new);
    this.foldedNames = folded.toArray(byte[][]::new);
  }

  /** Returns the normalised level that the labels hold, if one of them does. */
  public Optional<String> inLabels(Labels labels) {
    for (String field : fields) {
      String value = labels.get(field);
      if (value != null && !value.isEmpty()) {
        return Optional.of(normalize(value));
      }
    }
    return Optional.empty();
  }

  /** Returns the level of OpenTelemetry's severity number, as text. */
  public static String ofSeverityNumber(String text) {
    int number;
    try {
      number = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return "info";
    }
    if (number <= 0 || number > 24) {
      return UNKNOWN;
    }
    return switch ((number - 1) / 4) {
      case 0 -> "trace";
      case 1 -> "debug";
      case 2 -> "info";
      case 3 -> "warn";
      case 4 -> "error";
      default -> "fatal";
    };
  }

  /** Returns the usual word for a level's aliases in any case; another word stays as it is. */
  public static String normalize(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    String level = LevelWords.levelOf(bytes, 0, bytes.length);
    return level == null ? value : level;
  }

  /** Returns the level that the line {@code area[start, start + length)} tells, or unknown. */
  public String detect(byte[] area, int start, int length) {
    int end = start + length;
    String level = null;
    if (looksLikeJson(area, start, end)) {
      level = inJson(area, start, end);
    } else if (contains(area, start, end, (byte) '=')) {
      level = inLogfmt(area, start, end);
    }
    if (level == null) {
      level = LevelWords.firstAlone(area, start, end);
    }
    return level == null ? UNKNOWN : level;
  }

  private static boolean looksLikeJson(byte[] area, int start, int end) {
    int first = start;
    int last = end - 1;
    while (first < end && area[first] >= 0 && area[first] <= ' ') {
      first++;
    }
    while (last > first && area[last] >= 0 && area[last] <= ' ') {
      last--;
    }
    return last > first && area[first] == '{' && area[last] == '}';
  }

  private static boolean contains(byte[] area, int start, int end, byte wanted) {
    for (int i = start; i < end; i++) {
      if (area[i] == wanted) {
        return true;
      }
    }
    return false;
  }

  /** Walks members; what is deeper than two levels or inside arrays is stepped over. */
  private @Nullable String inJson(byte[] area, int start, int end) {
    int depth = 0;
    int i = start;
    while (i < end) {
      byte b = area[i];
      if (b == '"') {
        int close = stringEnd(area, i + 1, end);
        int next = skipSpace(area, close + 1, end);
        if (next < end && area[next] == ':') {
          int value = skipSpace(area, next + 1, end);
          if (depth <= MAX_JSON_DEPTH
              && value < end
              && area[value] == '"'
              && isName(area, i + 1, close)) {
            return LevelWords.levelOf(area, value + 1, stringEnd(area, value + 1, end));
          }
          i = value;
        } else {
          i = next;
        }
      } else {
        if (b == '{' || b == '[') {
          depth++;
        } else if (b == '}' || b == ']') {
          depth--;
        }
        i++;
      }
    }
    return null;
  }

  /** Returns the position of the closing quote, or {@code end}. */
  private static int stringEnd(byte[] area, int from, int end) {
    int i = from;
    while (i < end && area[i] != '"') {
      i += area[i] == '\\' ? 2 : 1;
    }
    return Math.min(i, end);
  }

  private static int skipSpace(byte[] area, int from, int end) {
    int i = from;
    while (i < end && area[i] >= 0 && area[i] <= ' ') {
      i++;
    }
    return i;
  }

  private boolean isName(byte[] area, int from, int to) {
    if (from >= to || !startsName[area[from] & 0xFF]) {
      return false;
    }
    for (byte[] name : names) {
      if (name.length == to - from && regionEquals(area, from, name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean regionEquals(byte[] area, int from, byte[] name) {
    for (int i = 0; i < name.length; i++) {
      if (area[from + i] != name[i]) {
        return false;
      }
    }
    return true;
  }

  /** Of several fields the one that stands first in the list decides, not the one in the line. */
  private @Nullable String inLogfmt(byte[] area, int start, int end) {
    int bestRank = foldedNames.length;
    String best = null;
    int i = start;
    while (i < end) {
      i = skipSpace(area, i, end);
      int keyStart = i;
      while (i < end && (area[i] < 0 || area[i] > ' ') && area[i] != '=' && area[i] != '"') {
        i++;
      }
      if (i < end && (area[i] == '"' || (area[i] == '=' && i == keyStart))) {
        break;
      }
      if (i >= end || area[i] != '=') {
        continue;
      }
      int keyEnd = i++;
      int valueStart = i;
      int valueEnd;
      if (i < end && area[i] == '"') {
        valueStart = i + 1;
        valueEnd = stringEnd(area, valueStart, end);
        i = valueEnd + 1;
      } else {
        while (i < end && (area[i] < 0 || area[i] > ' ') && area[i] != '=' && area[i] != '"') {
          i++;
        }
        if (i < end && (area[i] == '=' || area[i] == '"')) {
          break;
        }
        valueEnd = i;
      }
      int rank = foldedRank(area, keyStart, keyEnd);
      if (rank < bestRank) {
        bestRank = rank;
        best = LevelWords.levelOf(area, valueStart, valueEnd);
        if (rank == 0) {
          break;
        }
      }
    }
    return best;
  }

  private int foldedRank(byte[] area, int from, int to) {
    if (startsFoldedName[LevelWords.fold(area[from]) & 0xFF]) {
      for (int rank = 0; rank < foldedNames.length; rank++) {
        byte[] name = foldedNames[rank];
        if (name.length == to - from && LevelWords.foldedEquals(area, from, name)) {
          return rank;
        }
      }
    }
    return foldedNames.length;
  }
}
