package io.skald.common.http;

import java.util.List;
import java.util.Locale;

/** What a caller needs to use a route. One does not include another. */
public enum Permission {
  /** Nothing, unless the server is told to ask for credentials everywhere; then any will do. */
  OPEN,
  /** Asking for what a tenant has. */
  READ,
  /** Adding to what a tenant has, or deleting of it. */
  WRITE,
  /** What concerns the whole process, whatever the tenant. */
  ADMIN;

  /** Those that a caller can be given. */
  public static final List<Permission> GRANTABLE = List.of(READ, WRITE, ADMIN);

  /** Returns the name in files and messages. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
