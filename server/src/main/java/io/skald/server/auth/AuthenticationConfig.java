package io.skald.server.auth;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The block {@code authentication}.
 *
 * @param type what callers show; with {@code none} the tenant that a request names is believed
 * @param openStatusEndpoints whether {@code /ready}, {@code /metrics} and the like need nothing
 * @param basic for the type of that name, like those that follow
 */
public record AuthenticationConfig(
    Type type, boolean openStatusEndpoints, Basic basic, Bearer bearer, Mtls mtls, Oidc oidc) {
  public static final AuthenticationConfig DEFAULTS =
      new AuthenticationConfig(
          Type.NONE, true, new Basic(""), new Bearer(""), new Mtls(""), Oidc.DEFAULTS);

  /** What callers show. */
  public enum Type {
    NONE,
    /** A name and a password. */
    BASIC,
    /** A token from a file. */
    BEARER,
    /** A token that an identity provider has signed. */
    OIDC,
    /** A client certificate. */
    MTLS
  }

  /** Names and passwords. */
  public record Basic(String usersFile) {}

  /** Fixed tokens. */
  public record Bearer(String tokensFile) {}

  /** Certificates by their common name. */
  public record Mtls(String subjectsFile) {}

  /**
   * Tokens of an identity provider.
   *
   * @param issuer the claim {@code iss}, exactly
   * @param audience the claim {@code aud} must hold one of these
   * @param jwksUrl where the provider's keys are; https, or http on loopback
   * @param jwksCaFile PEM, the authorities of that server; empty trusts those of the JDK
   * @param algorithms signatures that are accepted; only asymmetric ones can be
   * @param clockSkew how far the provider's clock may be off
   * @param tenantsClaim the tenants: a list, or text with blanks between
   * @param permissionsClaim the permissions, likewise
   * @param permissionPrefix stands before {@code read}, {@code write} and {@code admin} in it
   */
  public record Oidc(
      String issuer,
      List<String> audience,
      String jwksUrl,
      String jwksCaFile,
      List<String> algorithms,
      Duration clockSkew,
      String tenantsClaim,
      String permissionsClaim,
      String permissionPrefix) {
    /** RFC 7518, section 3.1, and RFC 8037: those whose verifier holds no secret. */
    private static final Set<String> ASYMMETRIC =
        Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

    private static final Duration MAX_SKEW = Duration.ofMinutes(10);

    static final Oidc DEFAULTS =
        new Oidc(
            "",
            List.of(),
            "",
            "",
            List.of("RS256", "PS256", "ES256"),
            Duration.ofSeconds(30),
            "tenants",
            "permissions",
            "");

    public Oidc {
      audience = List.copyOf(audience);
      algorithms = List.copyOf(algorithms);
      if (algorithms.isEmpty() || !ASYMMETRIC.containsAll(algorithms)) {
        throw new IllegalArgumentException(
            "algorithms must be some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384,"
                + " ES512, as a token must not be verified by a secret or by nothing: "
                + algorithms);
      }
      if (clockSkew.isNegative() || clockSkew.compareTo(MAX_SKEW) > 0) {
        throw new IllegalArgumentException("clock_skew must be 0 to 10m: " + clockSkew);
      }
    }

    private void check() {
      require(!issuer.isEmpty(), "authentication.oidc.issuer is required");
      require(
          !audience.isEmpty(),
          "authentication.oidc.audience is required, or tokens for other services would do");
      require(!jwksUrl.isEmpty(), "authentication.oidc.jwks_url is required");
      URI url = URI.create(jwksUrl);
      require(
          "https".equals(url.getScheme())
              || "http".equals(url.getScheme()) && isLoopback(String.valueOf(url.getHost())),
          "authentication.oidc.jwks_url must begin with https://, as who changes the keys on their"
              + " way can make any token: "
              + jwksUrl);
      require(
          !tenantsClaim.isEmpty() && !permissionsClaim.isEmpty(),
          "authentication.oidc.tenants_claim and permissions_claim must not be empty");
    }

    private static boolean isLoopback(String host) {
      return host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
    }
  }

  public AuthenticationConfig {
    switch (type) {
      case NONE -> {}
      case BASIC ->
          require(!basic.usersFile().isEmpty(), "authentication.basic.users_file is required");
      case BEARER ->
          require(!bearer.tokensFile().isEmpty(), "authentication.bearer.tokens_file is required");
      case MTLS ->
          require(!mtls.subjectsFile().isEmpty(), "authentication.mtls.subjects_file is required");
      case OIDC -> oidc.check();
    }
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
