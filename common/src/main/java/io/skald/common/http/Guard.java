package io.skald.common.http;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may use a route. Asked when the head of a request has come and its route is known,
 * before its body is read and before a handler is called.
 */
public interface Guard {
  /** Lets everybody in. */
  Guard NONE =
      new Guard() {
        @Override
        public Optional<Decision> decideAtOnce(Attempt attempt) {
          return Optional.of(Decision.Allowed.AS_ASKED);
        }

        @Override
        public Decision decide(Attempt attempt) {
          return Decision.Allowed.AS_ASKED;
        }
      };

  /**
   * Decides without blocking and without much work; called on an event loop.
   *
   * @return empty if {@link #decide} must be asked
   */
  Optional<Decision> decideAtOnce(Attempt attempt);

  /** Decides; called on a virtual thread, may block. */
  Decision decide(Attempt attempt);

  /**
   * What a decision rests on.
   *
   * @param permission what the route needs
   * @param authorization the values of the header {@code Authorization}, usually one or none
   * @param tenants the values of the header {@code X-Scope-OrgID}, as they came
   * @param certificate the client's, verified by the TLS handshake; null without one
   */
  record Attempt(
      Permission permission,
      List<String> authorization,
      List<String> tenants,
      @Nullable X509Certificate certificate) {
    public Attempt {
      authorization = List.copyOf(authorization);
      tenants = List.copyOf(tenants);
    }

    /** Leaves the credentials out. */
    @Override
    public String toString() {
      return "Attempt[" + permission + ", tenants=" + tenants + "]";
    }
  }

  /** May the request go on? */
  sealed interface Decision {
    /**
     * @param tenant the request counts as one of this tenant; "" leaves its header as it came
     */
    record Allowed(String tenant) implements Decision {
      public static final Allowed AS_ASKED = new Allowed("");
    }

    /** Answered with {@code response}; the body is not read. */
    record Refused(HttpResponse response) implements Decision {}
  }
}
