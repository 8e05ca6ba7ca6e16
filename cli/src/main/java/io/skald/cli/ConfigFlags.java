package io.skald.cli;

import io.skald.common.config.EnvironmentExpansion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * The flags that server and agent share: the file, environment expansion, and {@code -key=value}
 * for any key of the file ({@code -server.http-listen-port=3101}).
 */
final class ConfigFlags {
  @Option(
      names = {"-config.file", "--config.file"},
      paramLabel = "FILE",
      description =
          "YAML file; without it every key has its default. Of several, with commas between, the"
              + " first that exists.")
  String file = "";

  @Option(
      names = {"-config.expand-env", "--config.expand-env"},
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Replace $${NAME} and $${NAME:-default} in the file by environment variables.")
  boolean expandEnv;

  /** Returns the text of the file, or "" without one. */
  String text() {
    if (file.isEmpty()) {
      return "";
    }
    Path path = Path.of(chosen());
    try {
      String text = Files.readString(path);
      return expandEnv ? EnvironmentExpansion.expand(text, System.getenv()) : text;
    } catch (NoSuchFileException e) {
      throw new UsageException("configuration file not found: " + path.toAbsolutePath());
    } catch (IOException e) {
      String what = Files.isDirectory(path) ? "it is a directory" : e.toString();
      throw new UsageException("configuration file " + path + " cannot be read: " + what);
    }
  }

  /** Returns the name of the file for messages. */
  String source() {
    return file.isEmpty() ? "(no file)" : chosen();
  }

  /** Returns the first file of a list that exists; the last one if none does. */
  private String chosen() {
    String last = file;
    for (String one : file.split(",")) {
      last = one.strip();
      if (Files.exists(Path.of(last))) {
        break;
      }
    }
    return last;
  }

  /**
   * Reads {@code -key=value} flags.
   *
   * @param rest the arguments that are no option; commands declare them, since picocli loses those
   *     of a mixin
   * @throws UsageException for an argument of another form
   */
  static Map<String, String> overrides(List<String> rest) {
    Map<String, String> overrides = new LinkedHashMap<>();
    for (String argument : rest) {
      String key = argument.replaceFirst("^--?", "");
      int equals = key.indexOf('=');
      if (!argument.startsWith("-") || equals <= 0) {
        throw new UsageException(
            "unknown argument '" + argument + "'; a key of the file is set by -key=value");
      }
      overrides.put(key.substring(0, equals), key.substring(equals + 1));
    }
    return overrides;
  }
}
