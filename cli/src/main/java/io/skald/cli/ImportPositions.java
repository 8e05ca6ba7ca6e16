package io.skald.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * How many lines of which files were sent. A file is known by its path and its first bytes, so that
 * another one under the same name is not taken for it.
 *
 * <pre>
 *  file := "skald import 1\n" (lines " " head " " path "\n")*       head: CRC32C in hexadecimal
 * </pre>
 */
final class ImportPositions {
  private static final String HEADER = "skald import 1";
  private static final int HEAD_BYTES = 1024;

  private final Path file;
  private final Map<String, Long> lines = new TreeMap<>();

  private ImportPositions(Path file) {
    this.file = file;
  }

  /** Remembers nothing. */
  static ImportPositions unkept() {
    return new ImportPositions(Path.of(""));
  }

  /**
   * @throws UsageException if the file is there and no such file
   */
  static ImportPositions open(Path file) throws IOException {
    ImportPositions positions = new ImportPositions(file);
    if (Files.exists(file)) {
      var all = Files.readAllLines(file, StandardCharsets.UTF_8);
      if (all.isEmpty() || !all.getFirst().equals(HEADER)) {
        throw new UsageException(file + " is not a file of 'skald import --resume-file'");
      }
      for (String line : all.subList(1, all.size())) {
        int space = line.indexOf(' ');
        try {
          positions.lines.put(line.substring(space + 1), Long.parseLong(line.substring(0, space)));
        } catch (IndexOutOfBoundsException | NumberFormatException _) {
          throw new UsageException(file + ": '" + line + "' says nothing of a file");
        }
      }
    }
    return positions;
  }

  /** Returns how many lines of a file were sent. */
  long of(Path imported) throws IOException {
    return lines.getOrDefault(key(imported), 0L);
  }

  /** Remembers that so many lines of a file were sent. */
  void sent(Path imported, long count) throws IOException {
    if (file.toString().isEmpty()) {
      return;
    }
    lines.put(key(imported), count);
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    lines.forEach((key, sent) -> text.append(sent).append(' ').append(key).append('\n'));
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    Files.writeString(temporary, text);
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String key(Path imported) throws IOException {
    byte[] head;
    try (var in = Files.newInputStream(imported)) {
      head = in.readNBytes(HEAD_BYTES);
    }
    CRC32C crc = new CRC32C();
    crc.update(head);
    return "%08x %s".formatted(crc.getValue(), imported.toAbsolutePath().normalize());
  }
}
