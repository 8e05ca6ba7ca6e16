package io.skald.server.auth;

import io.skald.common.http.Guard;
import java.util.Optional;

/** Tells who calls, by one kind of credentials. */
interface Authenticator {
  /** Who calls. */
  sealed interface Outcome {
    record Known(Grant grant) implements Outcome {}

    /** The credentials are missing or wrong; {@code reason} holds nothing of them. */
    record Unknown(String reason) implements Outcome {}

    /** Whoever it is has shown who it is, and may nothing here. */
    record Forbidden(String reason) implements Outcome {}

    /** It cannot be told now. */
    record Unavailable(String reason) implements Outcome {}
  }

  /** Tells without blocking or much work; empty if {@link #identify} must be asked. */
  Optional<Outcome> identifyAtOnce(Guard.Attempt attempt);

  /** Tells; may block. */
  Outcome identify(Guard.Attempt attempt);

  /** Returns the value of {@code WWW-Authenticate} (RFC 9110, section 11.6.1). */
  String challenge();
}
