package io.skald.common.model;

/**
 * The owner of streams and queries. Every key, path, cache entry and call that touches data carries
 * one.
 *
 * @param value 1 to 150 bytes of letters, digits and {@code !-_.*'()}, not "." or ".."
 */
public record TenantId(String value) implements Comparable<TenantId> {
  /** The tenant of a server that runs with {@code auth_enabled: false}. */
  public static final TenantId SINGLE = new TenantId("fake");

  private static final int MAX_LENGTH = 150;

  public TenantId {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("tenant ID is empty");
    }
    for (int i = 0; i < value.length(); i++) {
      if (!isAllowed(value.charAt(i))) {
        throw new IllegalArgumentException(
            "tenant ID '" + value + "' contains unsupported character '" + value.charAt(i) + "'");
      }
    }
    if (value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "tenant ID is too long: max " + MAX_LENGTH + " characters");
    }
    if (value.equals(".") || value.equals("..")) {
      throw new IllegalArgumentException("tenant ID is '.' or '..'");
    }
  }

  private static boolean isAllowed(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "!-_.*'()".indexOf(c) >= 0;
  }

  @Override
  public int compareTo(TenantId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
