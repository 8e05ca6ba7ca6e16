package io.skald.server;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a process does; {@code -target} names one or several. */
public enum Role {
  /** Takes pushes and brings them to ingesters. */
  DISTRIBUTOR,
  /** Keeps recent entries and moves them to the object store. */
  INGESTER,
  /** Answers reads. */
  QUERIER,
  /** Looks after what is in the object store. */
  COMPACTOR,
  /** Evaluates rules. */
  RULER;

  /**
   * Reads a target: names of roles or groups with commas between.
   *
   * @throws IllegalArgumentException if a name is unknown
   */
  static Set<Role> parse(String target) {
    EnumSet<Role> roles = EnumSet.noneOf(Role.class);
    for (String part : target.split(",", -1)) {
      String name = part.strip().toLowerCase(Locale.ROOT);
      roles.addAll(
          switch (name) {
            case "all" -> EnumSet.allOf(Role.class);
            case "read" -> EnumSet.of(QUERIER);
            case "write" -> EnumSet.of(DISTRIBUTOR, INGESTER);
            case "backend" -> EnumSet.of(COMPACTOR, RULER);
            default -> EnumSet.of(named(name));
          });
    }
    return roles;
  }

  private static Role named(String name) {
    for (Role role : values()) {
      if (role.word().equals(name)) {
        return role;
      }
    }
    throw new IllegalArgumentException(
        "target must be all, read, write, backend, "
            + Arrays.stream(values()).map(Role::word).collect(Collectors.joining(", "))
            + ", or several of these with commas between: '"
            + name
            + "'"
            + hint(name));
  }

  private static String hint(String name) {
    return switch (name) {
      case "query-frontend", "query-scheduler" ->
          "; every querier does that work itself, so start none and send reads to queriers";
      case "index-gateway" -> "; queriers read the index by themselves, so start none";
      default -> "";
    };
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
