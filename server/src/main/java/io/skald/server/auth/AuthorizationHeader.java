package io.skald.server.auth;

import io.skald.common.http.Guard;
import java.util.List;
import java.util.Optional;

/** Takes credentials out of the header {@code Authorization} (RFC 9110, section 11.4). */
final class AuthorizationHeader {
  private AuthorizationHeader() {}

  /** Returns what follows {@code scheme}, or empty if the header is not there once and so. */
  static Optional<String> credentials(Guard.Attempt attempt, String scheme) {
    List<String> values = attempt.authorization();
    if (values.size() != 1) {
      return Optional.empty();
    }
    String value = values.getFirst().strip();
    int length = scheme.length();
    boolean matches =
        value.length() > length
            && value.regionMatches(true, 0, scheme, 0, length)
            && value.charAt(length) == ' ';
    return matches ? Optional.of(value.substring(length).strip()) : Optional.empty();
  }
}
