package io.skald.server.auth;

import io.skald.common.http.Guard;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Permission;
import io.skald.common.model.TenantId;
import io.skald.common.reload.FileReloads;
import io.skald.common.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Lets those in who show who they are and may do what they ask for, for the tenant they name. */
public final class AuthenticationGuard implements Guard {
  private final Authenticator authenticator;
  private final boolean openStatusEndpoints;
  private final boolean tenantsByHeader;

  private AuthenticationGuard(
      Authenticator authenticator, boolean openStatusEndpoints, boolean tenantsByHeader) {
    this.authenticator = authenticator;
    this.openStatusEndpoints = openStatusEndpoints;
    this.tenantsByHeader = tenantsByHeader;
  }

  /**
   * Makes what a configuration asks for.
   *
   * @param tenantsByHeader whether requests name their tenant; without, all are of {@link
   *     TenantId#SINGLE}
   * @param random makes keys; a secure one
   * @throws IllegalArgumentException if a file of credentials is no good
   */
  public static Guard of(
      AuthenticationConfig config,
      boolean tenantsByHeader,
      FileReloads reloads,
      Clock clock,
      RandomGenerator random) {
    Authenticator authenticator =
        switch (config.type()) {
          case NONE -> null;
          case BASIC -> new BasicAuthenticator(config.basic().usersFile(), reloads, clock, random);
          case BEARER -> new BearerAuthenticator(config.bearer().tokensFile(), reloads, random);
          case MTLS -> new CertificateAuthenticator(config.mtls().subjectsFile(), reloads);
          case OIDC -> new OidcAuthenticator(config.oidc(), clock);
        };
    return authenticator == null
        ? Guard.NONE
        : new AuthenticationGuard(authenticator, config.openStatusEndpoints(), tenantsByHeader);
  }

  @Override
  public Optional<Decision> decideAtOnce(Attempt attempt) {
    if (openStatusEndpoints && attempt.permission() == Permission.OPEN) {
      return Optional.of(Decision.Allowed.AS_ASKED);
    }
    return authenticator.identifyAtOnce(attempt).map(outcome -> judge(attempt, outcome));
  }

  @Override
  public Decision decide(Attempt attempt) {
    return judge(attempt, authenticator.identify(attempt));
  }

  private Decision judge(Attempt attempt, Authenticator.Outcome outcome) {
    return switch (outcome) {
      case Authenticator.Outcome.Known(Grant grant) -> judge(attempt, grant);
      case Authenticator.Outcome.Unknown(String reason) ->
          new Decision.Refused(
              HttpResponse.error(401, reason + "\n")
                  .withHeader("WWW-Authenticate", authenticator.challenge()));
      case Authenticator.Outcome.Forbidden(String reason) -> refused(403, reason);
      case Authenticator.Outcome.Unavailable(String reason) -> refused(503, reason);
    };
  }

  private Decision judge(Attempt attempt, Grant grant) {
    Permission needed = attempt.permission();
    if (needed != Permission.OPEN && !grant.permissions().contains(needed)) {
      return refused(403, "this needs the permission '" + needed.word() + "'");
    }
    List<String> named = tenants(attempt);
    if (named.isEmpty()) {
      return new Decision.Allowed(grant.soleTenant());
    }
    return named.stream().allMatch(grant::allows)
        ? Decision.Allowed.AS_ASKED
        : refused(403, "the tenant is not one of the caller's");
  }

  /** Returns every tenant that any reader of the header could take it for. */
  private List<String> tenants(Attempt attempt) {
    return tenantsByHeader
        ? attempt.tenants().stream()
            .flatMap(value -> Arrays.stream(value.split("\\|")))
            .filter(tenant -> !tenant.isEmpty())
            .toList()
        : List.of(TenantId.SINGLE.value());
  }

  private static Decision refused(int status, String reason) {
    return new Decision.Refused(HttpResponse.error(status, reason + "\n"));
  }
}
