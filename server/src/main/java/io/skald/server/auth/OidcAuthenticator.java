package io.skald.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.skald.common.http.Guard;
import io.skald.common.http.Permission;
import io.skald.common.time.Clock;
import io.skald.common.tls.ClientTls;
import io.skald.common.tls.ClientTlsConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens of an identity provider (OpenID Connect, RFC 7519). The provider's keys are fetched when
 * they are first needed, kept for some minutes, and fetched again for a key that is not among them.
 */
final class OidcAuthenticator implements Authenticator {
  private static final Logger LOG = LoggerFactory.getLogger(OidcAuthenticator.class);
  private static final String SCHEME = "Bearer";
  private static final Outcome.Unknown MISSING = new Outcome.Unknown("a bearer token is needed");
  private static final Outcome.Unknown WRONG =
      new Outcome.Unknown("the token is not valid here: signature, issuer, audience or time");

  private static final long KEYS_KEPT_MILLIS = Duration.ofMinutes(5).toMillis();
  private static final long FETCH_WAIT_MILLIS = Duration.ofSeconds(10).toMillis();

  /** Made-up key ids must not become a flood of requests to the provider. */
  private static final long FETCH_PAUSE_MILLIS = Duration.ofSeconds(5).toMillis();

  /** How long the last keys stay good when the provider cannot be reached. */
  private static final long OUTAGE_MILLIS = Duration.ofHours(1).toMillis();

  private static final int TIMEOUT_MILLIS = 3_000;
  private static final int MAX_KEYS_BYTES = 512 << 10;

  private final AuthenticationConfig.Oidc config;
  private final DefaultJWTProcessor<SecurityContext> tokens = new DefaultJWTProcessor<>();

  /** Whether the provider could not be reached lately; that is told once. */
  private final AtomicBoolean outage = new AtomicBoolean();

  OidcAuthenticator(AuthenticationConfig.Oidc config, Clock clock) {
    this.config = config;
    Set<JWSAlgorithm> algorithms =
        config.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
    tokens.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    tokens.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            algorithms,
            JWKSourceBuilder.<SecurityContext>create(url(config.jwksUrl()), retriever(config))
                .cache(KEYS_KEPT_MILLIS, FETCH_WAIT_MILLIS)
                .rateLimited(FETCH_PAUSE_MILLIS)
                .retrying(true)
                .outageTolerant(OUTAGE_MILLIS)
                .build()));
    tokens.setJWTClaimsSetVerifier(new Claims(config, clock));
  }

  /** Checks issuer, audience and times, by our clock. */
  private static final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {
    private final Clock clock;

    Claims(AuthenticationConfig.Oidc config, Clock clock) {
      super(
          new HashSet<>(config.audience()),
          new JWTClaimsSet.Builder().issuer(config.issuer()).build(),
          Set.of("exp"),
          Set.of());
      this.clock = clock;
      setMaxClockSkew((int) config.clockSkew().toSeconds());
    }

    @Override
    protected Date currentTime() {
      return new Date(clock.nowMillis());
    }
  }

  private static URL url(String text) {
    try {
      return URI.create(text).toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("authentication.oidc.jwks_url is no URL: " + text, e);
    }
  }

  private static DefaultResourceRetriever retriever(AuthenticationConfig.Oidc config) {
    return new DefaultResourceRetriever(
        TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_KEYS_BYTES, true, sockets(config.jwksCaFile()));
  }

  private static @Nullable SSLSocketFactory sockets(String caFile) {
    if (caFile.isEmpty()) {
      return null;
    }
    ClientTlsConfig tls = new ClientTlsConfig(caFile, "", "", false);
    try {
      return ClientTls.context(tls, List.of(Files.readAllBytes(Path.of(caFile))))
          .getSocketFactory();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "authentication.oidc.jwks_ca_file cannot be read: " + caFile, e);
    }
  }

  @Override
  public Optional<Outcome> identifyAtOnce(Guard.Attempt attempt) {
    return AuthorizationHeader.credentials(attempt, SCHEME).isEmpty()
        ? Optional.of(MISSING)
        : Optional.empty();
  }

  @Override
  public Outcome identify(Guard.Attempt attempt) {
    String token = AuthorizationHeader.credentials(attempt, SCHEME).orElse("");
    try {
      JWTClaimsSet claims = tokens.process(token, null);
      outage.set(false);
      return outcome(claims);
    } catch (ParseException | BadJOSEException | RateLimitReachedException e) {
      LOG.debug("token refused", e);
      return WRONG;
    } catch (KeySourceException e) {
      if (!outage.getAndSet(true)) {
        LOG.warn("the keys of {} cannot be fetched: {}", config.issuer(), e.getMessage());
      }
      return new Outcome.Unavailable(
          "the identity provider's keys cannot be fetched, so no token can be checked; try again"
              + " later");
    } catch (JOSEException | IllegalArgumentException e) {
      LOG.debug("token refused", e);
      return WRONG;
    }
  }

  private Outcome outcome(JWTClaimsSet claims) {
    Set<Permission> permissions = new HashSet<>();
    for (String value : words(claims.getClaims(), config.permissionsClaim())) {
      for (Permission permission : Permission.GRANTABLE) {
        if (value.equals(config.permissionPrefix() + permission.word())) {
          permissions.add(permission);
        }
      }
    }
    try {
      return new Outcome.Known(
          Grant.of(
              String.valueOf(claims.getSubject()),
              words(claims.getClaims(), config.tenantsClaim()),
              permissions));
    } catch (IllegalArgumentException e) {
      return new Outcome.Forbidden(
          "the token gives no usable tenants and permissions in its claims '"
              + config.tenantsClaim()
              + "' and '"
              + config.permissionsClaim()
              + "'");
    }
  }

  /** Returns the words of a claim, which is named as it is or, inside of others, with dots. */
  private static Collection<String> words(Map<String, Object> claims, String name) {
    Object value = claims.get(name);
    if (value == null) {
      value = claims;
      for (String part : name.split("\\.", -1)) {
        value = value instanceof Map<?, ?> map ? map.get(part) : null;
      }
    }
    return switch (value) {
      case String text ->
          Set.of(text.strip().split(" +")).stream().filter(w -> !w.isEmpty()).toList();
      case Collection<?> list ->
          list.stream().filter(String.class::isInstance).map(String.class::cast).toList();
      case null, default -> List.of();
    };
  }

  @Override
  public String challenge() {
    return "Bearer realm=\"skald\"";
  }
}
