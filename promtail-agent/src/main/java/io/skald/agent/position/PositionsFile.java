package io.skald.agent.position;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * The positions file in Promtail's format, a map from path to quoted offset under {@code
 * positions}. It is read once, for files that the journal does not know, and written so that
 * Promtail could go on from it. Thread-safe.
 *
 * <p>Several clients follow the same files; the file holds the smallest offset of each path. Keys
 * that are no paths ({@code cursor-...}, {@code journal-...}) are kept as they are.
 */
public final class PositionsFile {
  private static final Logger log = LoggerFactory.getLogger(PositionsFile.class);
  private static final Pattern PLAIN_KEY = Pattern.compile("[/A-Za-z][A-Za-z0-9_./-]*");

  private final Path file;
  private final Map<String, String> loaded;
  private final Map<String, Map<String, Long>> offsetsByClient = new HashMap<>();
  private String written = "";

  private PositionsFile(Path file, Map<String, String> loaded) {
    this.file = file;
    this.loaded = loaded;
  }

  /**
   * Reads the file; a missing one is empty. One that a crash of the machine left empty, filled with
   * NUL or cut off is set aside with an error in the log.
   *
   * @param ignoreInvalid treats every damage so
   * @throws InvalidPositionsException if the file is not what it should be
   */
  public static PositionsFile load(Path file, boolean ignoreInvalid, long nowNanos)
      throws IOException {
    if (!Files.exists(file)) {
      return new PositionsFile(file, new TreeMap<>());
    }
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      return new PositionsFile(file, parse(file, text));
    } catch (InvalidPositionsException e) {
      if (!ignoreInvalid && !leftByCrash(text)) {
        throw e;
      }
      Path aside = DurableFiles.setAside(file, nowNanos);
      log.error("{}; it is kept as {} and a new one is begun", e.getMessage(), aside);
      return new PositionsFile(file, new TreeMap<>());
    }
  }

  /** Returns the offset that stood in the file when it was read. */
  public synchronized OptionalLong loadedOffset(String path) {
    String offset = loaded.get(path);
    if (offset == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Math.max(0, Long.parseLong(offset)));
    } catch (NumberFormatException _) {
      log.error(
          "positions file {}: the offset of {} is no number: {}; the file is read from its start",
          file,
          path,
          offset);
      loaded.remove(path);
      return OptionalLong.empty();
    }
  }

  /** Replaces what {@code client} has delivered; of the files once at a path, the present one. */
  public void update(String client, Collection<FilePosition> delivered) {
    Map<String, Long> offsets = new HashMap<>();
    for (FilePosition position : delivered) {
      if (Cursor.isCursor(position.id())) {
        noteCursor(position);
      } else if (isAtItsPath(position)) {
        offsets.merge(position.path(), position.offset(), Math::min);
      }
    }
    synchronized (this) {
      offsetsByClient.put(client, offsets);
    }
  }

  /** With several clients, the one that told it last. */
  private synchronized void noteCursor(FilePosition position) {
    if (!position.path().isEmpty()) {
      loaded.put(position.id().target(), position.path());
    }
  }

  /** Returns the text that stood at a key that is no path when the file was read, or "". */
  public synchronized String loadedCursor(String key) {
    return loaded.getOrDefault(key, "");
  }

  /** Writes the file if it would change. */
  public synchronized void write() throws IOException {
    Map<String, Long> offsets = new TreeMap<>();
    offsetsByClient.values().forEach(m -> m.forEach((p, o) -> offsets.merge(p, o, Math::min)));
    Map<String, String> lines = new TreeMap<>();
    loaded.forEach((key, value) -> {
      if (!key.startsWith("/") || Files.exists(Path.of(key))) {
        lines.put(key, value);
      }
    });
    offsets.forEach((path, offset) -> lines.put(path, Long.toString(offset)));
    StringBuilder text = new StringBuilder(lines.isEmpty() ? "positions: {}\n" : "positions:\n");
    lines.forEach((path, offset) ->
        text.append("  ").append(key(path)).append(": ").append(quoted(offset)).append('\n'));
    if (!text.toString().equals(written)) {
      written = text.toString();
      DurableFiles.replace(file, ByteBuffer.wrap(written.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static boolean isAtItsPath(FilePosition position) {
    try {
      FileStat stat = FileStat.of(Path.of(position.path()));
      return stat != null && stat.isFile(position.id());
    } catch (IOException _) {
      return false; // not to be seen just now: the journal still knows the position
    }
  }

  private static Map<String, String> parse(Path file, String text)
      throws InvalidPositionsException {
    if (text.isBlank()) {
      throw new InvalidPositionsException("positions file " + file + " is empty");
    }
    Object document;
    try {
      document =
          new Load(LoadSettings.builder().setSchema(new FailsafeSchema()).build())
              .loadFromString(text);
    } catch (YamlEngineException | NullPointerException e) { // the latter for a tag it lacks
      throw new InvalidPositionsException(
          "positions file " + file + " is not valid YAML: " + firstLine(e.toString()));
    }
    if (!(document instanceof Map<?, ?> top)) {
      throw new InvalidPositionsException(
          "positions file " + file + " is not a map with the key positions");
    }
    for (Object key : top.keySet()) {
      if (!"positions".equals(key)) {
        throw new InvalidPositionsException("positions file " + file + ": unknown key " + key);
      }
    }
    Map<String, String> positions = new TreeMap<>();
    if (top.get("positions") instanceof Map<?, ?> entries) {
      entries.forEach((k, v) -> positions.put(String.valueOf(k), String.valueOf(v)));
    } else if (top.get("positions") != null && !"".equals(top.get("positions"))) {
      throw new InvalidPositionsException("positions file " + file + ": positions is no map");
    }
    return positions;
  }

  /** An interrupted write: nothing, NUL bytes, or the beginning of a file without its last line. */
  private static boolean leftByCrash(String text) {
    return text.isBlank()
        || text.indexOf('\0') >= 0
        || (!text.endsWith("\n") && (text.startsWith("positions") || "positions".startsWith(text)));
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private static String key(String key) {
    return PLAIN_KEY.matcher(key).matches() ? key : quoted(key);
  }

  /** A double-quoted YAML scalar (YAML 1.2, section 7.3.1). */
  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c == 0x7F || c == 0xFEFF || (c >= 0x80 && c < 0xA0)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
