package io.skald.common.ring;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The tokens of an instance on disk, so that it takes them up again after a restart.
 *
 * <pre>
 *  file := "skald-tokens 1" LF | CRC32C of the rest, 8 hex digits, LF | (token, unsigned decimal, LF)*
 * </pre>
 */
final class TokenFile {
  private static final String MAGIC = "skald-tokens 1";

  private final Path path;

  TokenFile(Path path) {
    this.path = path;
  }

  /**
   * Returns the tokens; empty if there is no file.
   *
   * @throws IllegalStateException if the file is damaged, or of another version
   */
  Optional<List<Integer>> read() {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try {
      List<String> lines = Files.readAllLines(path, UTF_8);
      if (lines.size() < 2 || !lines.getFirst().equals(MAGIC)) {
        throw damaged("it does not begin with '" + MAGIC + "'");
      }
      List<String> numbers = lines.subList(2, lines.size());
      if (!lines.get(1).equals(checksum(numbers))) {
        throw damaged("its checksum is wrong");
      }
      List<Integer> tokens = new ArrayList<>();
      numbers.forEach(number -> tokens.add(Integer.parseUnsignedInt(number)));
      return Optional.of(tokens);
    } catch (IOException e) {
      throw new UncheckedIOException("the tokens cannot be read from " + path, e);
    } catch (NumberFormatException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private IllegalStateException damaged(String why) {
    return new IllegalStateException(
        "the file of tokens " + path + " is damaged: " + why + "; delete it to get new ones");
  }

  void write(List<Integer> tokens) {
    List<String> numbers = tokens.stream().map(Integer::toUnsignedString).toList();
    List<String> lines = new ArrayList<>();
    lines.add(MAGIC);
    lines.add(checksum(numbers));
    lines.addAll(numbers);
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      Files.write(fresh, lines, UTF_8);
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("the tokens cannot be written to " + path, e);
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException("the tokens cannot be deleted from " + path, e);
    }
  }

  private static String checksum(List<String> numbers) {
    CRC32C sum = new CRC32C();
    numbers.forEach(number -> sum.update((number + "\n").getBytes(UTF_8)));
    return String.format("%08x", sum.getValue());
  }
}
