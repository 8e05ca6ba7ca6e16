package io.skald.storage.object;

import io.skald.common.model.TenantId;
import java.nio.charset.StandardCharsets;

/**
 * The rules for object keys.
 *
 * <p>A key has at most 1024 characters. A segment has 1 to 255 characters of {@code a-z A-Z 0-9 _ .
 * -} and does not start with a dot: safe in a path of any file system, and in a URL.
 */
public final class ObjectKey {
  private static final int MAX_KEY_LENGTH = 1024;
  private static final int MAX_SEGMENT_LENGTH = 255;

  /** Well below the limit of a file name, so that stores may add a suffix. */
  private static final int MAX_TENANT_SEGMENT_LENGTH = 200;

  private static final String HEX = "0123456789abcdef";

  private ObjectKey() {}

  /**
   * Returns the segment (segments, for a very long tenant) under which everything of a tenant lies.
   *
   * <p>Lower-case letters, digits, {@code -} and inner dots stand for themselves, {@code _} is
   * doubled, and everything else is {@code _} and two hex digits. Upper-case letters are among the
   * rest, so that two tenants never share a directory on a file system that ignores case. What is
   * longer than a file name goes on in further segments, which start with {@code _-}.
   */
  public static String ofTenant(TenantId tenant) {
    StringBuilder encoded = new StringBuilder();
    String value = tenant.value();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean innerDot = c == '.' && i > 0 && i < value.length() - 1;
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || innerDot) {
        encoded.append(c);
      } else if (c == '_') {
        encoded.append("__");
      } else {
        encoded.append('_').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
    StringBuilder segments = new StringBuilder();
    for (int from = 0; from < encoded.length(); from += MAX_TENANT_SEGMENT_LENGTH) {
      segments
          .append(from == 0 ? "" : "/_-")
          .append(encoded, from, Math.min(encoded.length(), from + MAX_TENANT_SEGMENT_LENGTH));
    }
    return segments.toString();
  }

  /**
   * Returns the tenant whose segments these are: the reverse of {@link #ofTenant}.
   *
   * @throws IllegalArgumentException if they are no tenant's
   */
  public static TenantId tenantOf(String segments) {
    String encoded = segments.replace("/_-", "");
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c != '_') {
        value.append(c);
      } else if (encoded.startsWith("__", i)) {
        value.append('_');
        i++;
      } else if (i + 2 < encoded.length()) {
        value.append((char) Integer.parseInt(encoded, i + 1, i + 3, 16));
        i += 2;
      }
    }
    TenantId tenant = new TenantId(value.toString());
    if (!ofTenant(tenant).equals(segments)) {
      throw new IllegalArgumentException("no tenant is written '" + segments + "'");
    }
    return tenant;
  }

  /**
   * Checks a whole key.
   *
   * @throws IllegalArgumentException if it breaks the rules above
   */
  public static void check(String key) {
    if (key.length() > MAX_KEY_LENGTH) {
      throw new IllegalArgumentException(
          "object key has " + key.length() + " characters, at most " + MAX_KEY_LENGTH);
    }
    int start = 0;
    for (int i = 0; i <= key.length(); i++) {
      if (i == key.length() || key.charAt(i) == '/') {
        checkSegment(key, start, i);
        start = i + 1;
      } else if (!isAllowed(key.charAt(i))) {
        throw invalid(key, "character " + (int) key.charAt(i) + " is not allowed");
      }
    }
  }

  /**
   * Checks what {@link ObjectStore#list} takes: the start of a key, or nothing.
   *
   * @throws IllegalArgumentException if it breaks the rules above
   */
  public static void checkPrefix(String prefix) {
    if (!prefix.isEmpty()) {
      check(prefix.endsWith("/") ? prefix + "x" : prefix);
    }
  }

  private static void checkSegment(String key, int start, int end) {
    if (start == end) {
      throw invalid(key, "a segment is empty");
    }
    if (end - start > MAX_SEGMENT_LENGTH) {
      throw invalid(key, "a segment is longer than " + MAX_SEGMENT_LENGTH + " characters");
    }
    if (key.charAt(start) == '.') {
      throw invalid(key, "a segment starts with a dot");
    }
  }

  private static boolean isAllowed(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '.'
        || c == '-';
  }

  private static IllegalArgumentException invalid(String key, String why) {
    String shown = new String(key.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
    return new IllegalArgumentException("object key '" + shown + "' is invalid: " + why);
  }
}
