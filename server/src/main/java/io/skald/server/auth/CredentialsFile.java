package io.skald.server.auth;

import io.skald.common.config.ConfigException;
import io.skald.common.config.ConfigReader;
import io.skald.common.config.Secret;
import io.skald.common.http.Permission;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The YAML files of users, tokens and subjects. */
final class CredentialsFile {
  private CredentialsFile() {}

  /** {@code users: [...]} */
  record Users(List<User> users) {
    static final Users NONE = new Users(List.of());
  }

  record User(
      String name, Secret passwordHash, List<String> tenants, List<Permission> permissions) {
    Grant grant() {
      return Grant.of(name, tenants, permissions);
    }
  }

  /** {@code tokens: [...]} */
  record Tokens(List<Token> tokens) {
    static final Tokens NONE = new Tokens(List.of());
  }

  record Token(
      String name, Secret tokenSha256, List<String> tenants, List<Permission> permissions) {
    Grant grant() {
      return Grant.of(name, tenants, permissions);
    }
  }

  /** {@code subjects: [...]} */
  record Subjects(List<Subject> subjects) {
    static final Subjects NONE = new Subjects(List.of());
  }

  record Subject(String commonName, List<String> tenants, List<Permission> permissions) {
    Grant grant() {
      return Grant.of(commonName, tenants, permissions);
    }
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException with every mistake and its line
   */
  static <R extends Record> R read(String file, byte[] content, R none) {
    try {
      String yaml = new String(content, StandardCharsets.UTF_8);
      return new ConfigReader(file, Set.of()).read(yaml, none, Map.of());
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * Puts entries under their names.
   *
   * @throws IllegalArgumentException if there are none, as in a file that is being written, or two
   *     have the same name
   */
  static <T> Map<String, T> byName(String file, List<T> entries, Function<T, String> name) {
    Map<String, T> result = new LinkedHashMap<>();
    for (T entry : entries) {
      String key = name.apply(entry);
      if (key.isEmpty() || result.put(key, entry) != null) {
        throw new IllegalArgumentException(
            file + ": names must not be empty or stand twice: '" + key + "'");
      }
    }
    if (result.isEmpty()) {
      throw new IllegalArgumentException(file + " names nobody");
    }
    return result;
  }
}
