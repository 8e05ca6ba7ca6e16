package io.skald.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.skald.common.http.Guard;
import io.skald.common.http.Permission;
import io.skald.common.time.Clock;
import io.skald.server.auth.Authenticator.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens against keys that a local server hands out. */
class OidcAuthenticatorTest {
  private static final String ISSUER = "https://id.example.org";

  private static RSAKey first;
  private static RSAKey second;

  private static HttpServer provider;
  private static volatile JWKSet keys = new JWKSet();
  private static volatile int status = 200;

  private OidcAuthenticator authenticator;

  @BeforeAll
  static void start() throws IOException, JOSEException {
    first = new RSAKeyGenerator(2048).keyID("first").generate();
    second = new RSAKeyGenerator(2048).keyID("second").generate();
    provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    provider.createContext(
        "/keys",
        exchange -> {
          byte[] body = keys.toPublicJWKSet().toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    provider.start();
  }

  @AfterAll
  static void stop() {
    provider.stop(0);
  }

  @BeforeEach
  void make() {
    keys = new JWKSet(first);
    status = 200;
    authenticator = authenticator("tenants", "permissions", "");
  }

  private static OidcAuthenticator authenticator(
      String tenants, String permissions, String prefix) {
    return new OidcAuthenticator(
        new AuthenticationConfig.Oidc(
            ISSUER,
            List.of("skald"),
            "http://localhost:" + provider.getAddress().getPort() + "/keys",
            "",
            List.of("RS256"),
            Duration.ofSeconds(30),
            tenants,
            permissions,
            prefix),
        Clock.system());
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience("skald")
        .subject("alice")
        .expirationTime(Date.from(Instant.now().plusSeconds(300)))
        .claim("tenants", List.of("a"))
        .claim("permissions", List.of("read", "write"));
  }

  private static String signed(RSAKey key, JWTClaimsSet claims) throws JOSEException {
    return signed(
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
        new RSASSASigner(key),
        claims);
  }

  private static String signed(JWSHeader header, JWSSigner signer, JWTClaimsSet claims)
      throws JOSEException {
    SignedJWT token = new SignedJWT(header, claims);
    token.sign(signer);
    return token.serialize();
  }

  private Outcome identify(String token) {
    return authenticator.identify(
        new Guard.Attempt(Permission.READ, List.of("Bearer " + token), List.of(), null));
  }

  @Test
  void token_good_givesItsTenantsAndPermissions() throws JOSEException {
    assertThat(identify(signed(first, claims().build())))
        .isEqualTo(
            new Outcome.Known(
                new Grant("alice", false, Set.of("a"), Set.of(Permission.READ, Permission.WRITE))));
  }

  @Test
  void token_signedByAnotherKeyOfTheSameName_isUnknown() throws JOSEException {
    RSAKey forged = new RSAKeyGenerator(2048).keyID("first").generate();

    assertThat(identify(signed(forged, claims().build()))).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void token_withoutSignature_isUnknown() {
    assertThat(identify(new PlainJWT(claims().build()).serialize()))
        .isInstanceOf(Outcome.Unknown.class);
  }

  /** A verifier that takes the algorithm from the token would use the public key as a secret. */
  @Test
  void token_signedWithThePublicKeyAsSecret_isUnknown() throws JOSEException {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build();
    byte[] secret = first.toRSAPublicKey().getEncoded();

    assertThat(identify(signed(header, new MACSigner(secret), claims().build())))
        .isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void token_ofAnAlgorithmNotListed_isUnknown() throws JOSEException {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("first").build();

    assertThat(identify(signed(header, new RSASSASigner(first), claims().build())))
        .isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void token_expiredOrNotYetValid_isUnknownBeyondTheSkew() throws JOSEException {
    Instant now = Instant.now();

    assertThat(identify(signed(first, claims().expirationTime(ago(now, 60)).build())))
        .isInstanceOf(Outcome.Unknown.class);
    assertThat(identify(signed(first, claims().expirationTime(ago(now, 10)).build())))
        .isInstanceOf(Outcome.Known.class);
    assertThat(identify(signed(first, claims().notBeforeTime(ago(now, -120)).build())))
        .isInstanceOf(Outcome.Unknown.class);
    assertThat(identify(signed(first, claims().expirationTime(null).build())))
        .isInstanceOf(Outcome.Unknown.class);
  }

  private static Date ago(Instant now, int seconds) {
    return Date.from(now.minusSeconds(seconds));
  }

  @Test
  void token_forAnotherAudienceOrByAnotherIssuer_isUnknown() throws JOSEException {
    assertThat(identify(signed(first, claims().audience("grafana").build())))
        .isInstanceOf(Outcome.Unknown.class);
    assertThat(identify(signed(first, claims().audience((String) null).build())))
        .isInstanceOf(Outcome.Unknown.class);
    assertThat(identify(signed(first, claims().issuer("https://evil.example").build())))
        .isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void token_garbage_isUnknown() {
    for (String garbage : List.of("", "x", "a.b.c", "....", "eyJhbGciOiJSUzI1NiJ9..")) {
      assertThat(identify(garbage)).as(garbage).isInstanceOf(Outcome.Unknown.class);
    }
  }

  @Test
  void keys_rotated_areFetchedForATokenOfTheNewOne() throws JOSEException {
    assertThat(identify(signed(first, claims().build()))).isInstanceOf(Outcome.Known.class);

    keys = new JWKSet(second);
    assertThat(identify(signed(second, claims().build()))).isInstanceOf(Outcome.Known.class);
    assertThat(identify(signed(first, claims().build()))).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void keys_cannotBeFetched_isUnavailableUntilTheyCan() throws JOSEException {
    status = 500;
    assertThat(identify(signed(first, claims().build()))).isInstanceOf(Outcome.Unavailable.class);
  }

  @Test
  void keys_notReachableLater_theOldOnesStayGood() throws JOSEException {
    assertThat(identify(signed(first, claims().build()))).isInstanceOf(Outcome.Known.class);

    status = 500;
    assertThat(identify(signed(first, claims().build()))).isInstanceOf(Outcome.Known.class);
  }

  @Test
  void claims_ofOtherShapes_areRead() throws JOSEException {
    authenticator = authenticator("https://skald/orgs", "realm.roles", "skald:");
    JWTClaimsSet claims =
        claims()
            .claim("https://skald/orgs", "a b")
            .claim("realm", Map.of("roles", List.of("skald:admin", "read", "other")))
            .build();

    assertThat(identify(signed(first, claims)))
        .isEqualTo(
            new Outcome.Known(
                new Grant("alice", false, Set.of("a", "b"), Set.of(Permission.ADMIN))));
  }

  @Test
  void claims_withoutTenantsOrPermissions_areForbidden() throws JOSEException {
    assertThat(identify(signed(first, claims().claim("tenants", null).build())))
        .isInstanceOf(Outcome.Forbidden.class);
    assertThat(identify(signed(first, claims().claim("permissions", List.of("all")).build())))
        .isInstanceOf(Outcome.Forbidden.class);
    assertThat(identify(signed(first, claims().claim("tenants", List.of("../x")).build())))
        .isInstanceOf(Outcome.Forbidden.class);
  }
}
