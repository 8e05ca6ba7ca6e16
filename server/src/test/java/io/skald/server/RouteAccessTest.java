package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import io.skald.common.time.Clock;
import io.skald.common.tls.ClientTls;
import io.skald.common.tls.ClientTlsConfig;
import io.skald.server.auth.BearerToken;
import io.skald.server.auth.PasswordHash;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every route of a real server against every kind of caller. The routes are those that the server
 * has, so that a new one is covered from its first day.
 */
class RouteAccessTest {
  /** What callers are called, and what they may; all but the last for the tenant {@code a}. */
  private static final Map<String, List<Permission>> CALLERS = new LinkedHashMap<>();

  static {
    CALLERS.put("reader", List.of(Permission.READ));
    CALLERS.put("writer", List.of(Permission.WRITE));
    CALLERS.put("admin", List.of(Permission.ADMIN));
    CALLERS.put("everybody", List.of(Permission.READ, Permission.WRITE, Permission.ADMIN));
  }

  private static final String OF_ALL_TENANTS = "everybody";
  private static final String TENANT = "X-Scope-OrgID";

  @TempDir private Path directory;
  private @Nullable ServerProcess server;
  private final Map<String, HttpClient> clients = new TreeMap<>();
  private final Map<String, String> authorizations = new TreeMap<>();
  private HttpClient stranger = HttpClient.newHttpClient();

  @BeforeEach
  void forgetTheProxy() {
    stranger = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  @AfterEach
  void stop() {
    clients.values().forEach(HttpClient::close);
    stranger.close();
    if (server != null) {
      server.close();
    }
  }

  private void start(String authentication) {
    start(authentication, Map.of());
  }

  private void start(String authentication, Map<String, String> more) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("server.http_listen_address", "127.0.0.1");
    keys.put("server.http_listen_port", "0");
    keys.put("server.graceful_shutdown_timeout", "1s");
    keys.put("common.path_prefix", directory.resolve("data").toString());
    keys.put("compactor.retention_enabled", "true");
    keys.put("pattern_ingester.enabled", "true");
    keys.putAll(more);
    ServerProcess started =
        new ServerProcess(
            SkaldConfig.load("test.yaml", authentication, keys).config(), Clock.system(), () -> {});
    server = started; // first: what fails to start is closed all the same
    started.start();
  }

  private ServerProcess server() {
    return Objects.requireNonNull(server);
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  private static String tenants(String caller) {
    return caller.equals(OF_ALL_TENANTS) ? "['*']" : "[a]";
  }

  private static String words(List<Permission> permissions) {
    return permissions.stream().map(Permission::word).toList().toString();
  }

  /** Returns the YAML of all callers. */
  private static String entries(String list, String nameKey, Map<String, String> secrets) {
    StringBuilder yaml = new StringBuilder(list + ":\n");
    CALLERS.forEach((name, permissions) ->
        yaml.append("  - {")
            .append(nameKey)
            .append(": ")
            .append(name)
            .append(secrets.getOrDefault(name, ""))
            .append(", tenants: ")
            .append(tenants(name))
            .append(", permissions: ")
            .append(words(permissions))
            .append("}\n"));
    return yaml.toString();
  }

  @Test
  void basic_everyRoute_followsThePermissions() throws Exception {
    Map<String, String> secrets = new TreeMap<>();
    for (String name : CALLERS.keySet()) {
      secrets.put(
          name, ", password_hash: " + PasswordHash.create("pass-" + name, 10_000, new Random(1)));
      authorizations.put(name, basic(name, "pass-" + name));
    }
    start(
        "authentication: {type: basic, basic: {users_file: "
            + write("users.yaml", entries("users", "name", secrets))
            + "}}");

    assertMatrix();
    assertUnauthorized(
        basic("reader", "wrong"), basic("nobody", "pass-reader"), "Basic x", "Basic");
    assertUnauthorized("Bearer pass-reader", basic("reader", ""));
    assertThat(challenge()).isEqualTo("Basic realm=\"skald\", charset=\"UTF-8\"");
  }

  private static String basic(String name, String password) {
    byte[] pair = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  @Test
  void bearer_everyRoute_followsThePermissions() throws Exception {
    Map<String, String> secrets = new TreeMap<>();
    for (String name : CALLERS.keySet()) {
      secrets.put(name, ", token_sha256: " + BearerToken.sha256Hex("token-" + name));
      authorizations.put(name, "Bearer token-" + name);
    }
    start(
        "authentication: {type: bearer, bearer: {tokens_file: "
            + write("tokens.yaml", entries("tokens", "name", secrets))
            + "}}");

    assertMatrix();
    assertUnauthorized("Bearer x", "Bearer ", "token-reader", basic("reader", "token-reader"));
    assertThat(challenge()).isEqualTo("Bearer realm=\"skald\"");
  }

  @Test
  void oidc_everyRoute_followsThePermissions() throws Exception {
    RSAKey key = new RSAKeyGenerator(2048).keyID("k").generate();
    HttpServer provider =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    provider.createContext(
        "/keys",
        exchange -> {
          byte[] body =
              new JWKSet(key).toPublicJWKSet().toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    provider.start();
    try {
      for (String name : CALLERS.keySet()) {
        authorizations.put(name, "Bearer " + token(key, name));
      }
      start(
          "authentication: {type: oidc, oidc: {issuer: 'https://id', audience: [skald], jwks_url:"
              + " 'http://localhost:"
              + provider.getAddress().getPort()
              + "/keys'}}");

      assertMatrix();
      assertUnauthorized("Bearer a.b.c", "Bearer");
    } finally {
      provider.stop(0);
    }
  }

  private static String token(RSAKey key, String name) throws Exception {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k").build(),
            new JWTClaimsSet.Builder()
                .issuer("https://id")
                .audience("skald")
                .subject(name)
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .claim("tenants", name.equals(OF_ALL_TENANTS) ? "*" : "a")
                .claim(
                    "permissions",
                    CALLERS.getOrDefault(name, List.of()).stream().map(Permission::word).toList())
                .build());
    token.sign(new RSASSASigner(key));
    return token.serialize();
  }

  @Test
  void oidc_providerIsDown_answers503() throws Exception {
    int closed = freePort();
    start(
        "authentication: {type: oidc, oidc: {issuer: 'https://id', audience: [skald], jwks_url:"
            + " 'http://localhost:"
            + closed
            + "/keys'}}");
    RSAKey key = new RSAKeyGenerator(2048).keyID("k").generate();

    HttpResponse<String> answer =
        call(
            stranger,
            "GET",
            "/loki/api/v1/labels",
            Map.of("Authorization", "Bearer " + token(key, "reader")));

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).startsWith("the identity provider's keys cannot be fetched");
  }

  @Test
  void mtls_everyRoute_followsThePermissions() throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=authority")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    write("ca.pem", authority.getCertificatePEM());
    writeBundle("server", authority);
    writeBundle("unmapped", authority);
    for (String name : CALLERS.keySet()) {
      writeBundle(name, authority);
      clients.put(name, client(name));
    }
    stranger = client("");
    start(
        "authentication: {type: mtls, mtls: {subjects_file: "
            + write("subjects.yaml", entries("subjects", "common_name", Map.of()))
            + "}}",
        Map.of(
            "server.http_tls_config.cert_file", directory.resolve("server.pem").toString(),
            "server.http_tls_config.key_file", directory.resolve("server.key").toString(),
            "server.http_tls_config.client_ca_file", directory.resolve("ca.pem").toString(),
            "server.http_tls_config.client_auth_type", "VerifyClientCertIfGiven"));

    assertMatrix();
    assertThat(challenge()).isEqualTo("Certificate realm=\"skald\"");
    try (HttpClient unmapped = client("unmapped")) {
      assertThat(call(unmapped, "GET", "/loki/api/v1/labels", Map.of()).statusCode())
          .isEqualTo(403);
    }
  }

  private void writeBundle(String name, X509Bundle authority) throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=" + name + ",O=test")
            .addSanIpAddress("127.0.0.1")
            .buildIssuedBy(authority);
    write(name + ".pem", bundle.getCertificatePathPEM());
    write(name + ".key", bundle.getPrivateKeyPEM());
  }

  /** Returns a client that shows the certificate {@code name}, or none for "". */
  private HttpClient client(String name) throws IOException {
    String path = directory.resolve(name).toString();
    ClientTlsConfig tls =
        new ClientTlsConfig(
            directory.resolve("ca.pem").toString(),
            name.isEmpty() ? "" : path + ".pem",
            name.isEmpty() ? "" : path + ".key",
            false);
    List<byte[]> contents = new ArrayList<>();
    for (Path file : ClientTls.files(tls)) {
      contents.add(Files.readAllBytes(file));
    }
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(ClientTls.context(tls, contents))
        .build();
  }

  /** Asks for every route as nobody and as every caller, for the own and for another tenant. */
  private void assertMatrix() throws Exception {
    Map<String, String> wrong = new TreeMap<>();
    assertThat(server().endpoints()).hasSizeGreaterThan(30);
    for (Router.Endpoint endpoint : server().endpoints()) {
      expect(
          wrong,
          endpoint,
          "nobody",
          stranger,
          Map.of(),
          endpoint.permission() != Permission.OPEN,
          401);
      for (Map.Entry<String, List<Permission>> caller : CALLERS.entrySet()) {
        expectCaller(wrong, endpoint, caller.getKey(), caller.getValue());
      }
    }
    assertThat(wrong).isEmpty();
  }

  private void expectCaller(
      Map<String, String> wrong,
      Router.Endpoint endpoint,
      String caller,
      List<Permission> permissions)
      throws Exception {
    boolean open = endpoint.permission() == Permission.OPEN;
    boolean refused = !open && !permissions.contains(endpoint.permission());
    boolean ofAll = caller.equals(OF_ALL_TENANTS);
    HttpClient client = clients.getOrDefault(caller, stranger);
    Map<String, String> headers = new TreeMap<>();
    if (authorizations.containsKey(caller)) {
      headers.put("Authorization", authorizations.getOrDefault(caller, ""));
    }
    if (!ofAll) {
      expect(wrong, endpoint, caller, client, headers, refused, 403);
    }
    headers.put(TENANT, "a");
    expect(wrong, endpoint, caller + " for a", client, headers, refused, 403);
    headers.put(TENANT, "b");
    expect(wrong, endpoint, caller + " for b", client, headers, !open && (refused || !ofAll), 403);
    headers.put(TENANT, "a|b");
    expect(
        wrong, endpoint, caller + " for a|b", client, headers, !open && (refused || !ofAll), 403);
  }

  private void expect(
      Map<String, String> wrong,
      Router.Endpoint endpoint,
      String who,
      HttpClient client,
      Map<String, String> headers,
      boolean refused,
      int refusal)
      throws Exception {
    String path = endpoint.template().replaceAll("\\{\\w+}", "x");
    int status = call(client, endpoint.method(), path, headers).statusCode();
    boolean isRefused = status == 401 || status == 403;
    if (isRefused != refused || refused && status != refusal) {
      wrong.put(
          endpoint.method() + " " + endpoint.template() + " by " + who, String.valueOf(status));
    }
  }

  private HttpResponse<String> call(
      HttpClient client, String method, String path, Map<String, String> headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server().address() + path))
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.noBody());
    headers.forEach(request::header);
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private void assertUnauthorized(String... authorizations) throws Exception {
    for (String authorization : authorizations) {
      assertThat(
              call(
                      stranger,
                      "GET",
                      "/loki/api/v1/labels",
                      Map.of("Authorization", authorization, TENANT, "a"))
                  .statusCode())
          .as(authorization)
          .isEqualTo(401);
    }
  }

  private String challenge() throws Exception {
    return call(stranger, "GET", "/loki/api/v1/labels", Map.of())
        .headers()
        .firstValue("WWW-Authenticate")
        .orElse("");
  }

  @Test
  void statusEndpoints_closedBySwitch_needAnyCredentials() throws Exception {
    authorizations.put("writer", "Bearer t");
    start(
        "authentication: {type: bearer, open_status_endpoints: false, bearer: {tokens_file: "
            + write(
                "tokens.yaml",
                "tokens: [{name: w, token_sha256: "
                    + BearerToken.sha256Hex("t")
                    + ", tenants: [a], permissions: [write]}]")
            + "}}");

    assertThat(call(stranger, "GET", "/metrics", Map.of()).statusCode()).isEqualTo(401);
    assertThat(call(stranger, "GET", "/metrics", Map.of("Authorization", "Bearer t")).statusCode())
        .isEqualTo(200);
  }

  @Test
  void webSocket_isOpenedOnlyForThoseWhoMayRead() throws Exception {
    Map<String, String> secrets = new TreeMap<>();
    for (String name : CALLERS.keySet()) {
      secrets.put(name, ", token_sha256: " + BearerToken.sha256Hex("token-" + name));
    }
    start(
        "authentication: {type: bearer, bearer: {tokens_file: "
            + write("tokens.yaml", entries("tokens", "name", secrets))
            + "}}");

    assertThat(openTail("", "a")).isEqualTo(401);
    assertThat(openTail("Bearer x", "a")).isEqualTo(401);
    assertThat(openTail("Bearer token-writer", "a")).isEqualTo(403);
    assertThat(openTail("Bearer token-reader", "b")).isEqualTo(403);
    assertThat(openTail("Bearer token-reader", "a")).isEqualTo(101);
    assertThat(openTail("Bearer token-reader", "")).isEqualTo(101);
  }

  /** Returns the status of the answer to the upgrade. */
  private int openTail(String authorization, String tenant) throws Exception {
    WebSocket.Builder builder = stranger.newWebSocketBuilder();
    if (!authorization.isEmpty()) {
      builder.header("Authorization", authorization);
    }
    if (!tenant.isEmpty()) {
      builder.header(TENANT, tenant);
    }
    URI tail =
        URI.create(
            server().address().replace("http:", "ws:")
                + "/loki/api/v1/tail?query=%7Bapp%3D%22x%22%7D");
    try {
      builder.buildAsync(tail, new WebSocket.Listener() {}).get(10, TimeUnit.SECONDS).abort();
      return 101;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WebSocketHandshakeException refused) {
        return refused.getResponse().statusCode();
      }
      throw e;
    }
  }

  @Test
  void adminListener_whenSet_isTheOnlyOneWithAdministration() throws Exception {
    int port = freePort();
    start("", Map.of("server.admin_listen_port", Integer.toString(port)));
    List<Router.Endpoint> admin =
        server().endpoints().stream().filter(e -> e.permission() == Permission.ADMIN).toList();
    assertThat(admin).isNotEmpty();

    for (Router.Endpoint endpoint : admin) {
      assertThat(call(stranger, endpoint.method(), endpoint.template(), Map.of()).statusCode())
          .isEqualTo(404);
    }
    HttpRequest flush =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/flush")).build();
    assertThat(stranger.send(flush, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(204);
    HttpRequest labels =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/loki/api/v1/labels"))
            .build();
    assertThat(stranger.send(labels, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(404);
  }

  @Test
  void answersAndConfiguration_holdNoSecret() throws Exception {
    String hash = PasswordHash.create("s3cret-word", 10_000, new Random(1)).toString();
    authorizations.put("reader", basic("reader", "s3cret-word"));
    start(
        "authentication: {type: basic, basic: {users_file: "
            + write(
                "users.yaml",
                "users: [{name: reader, password_hash: "
                    + hash
                    + ", tenants: [a], permissions: [read]}]")
            + "}}");

    for (Router.Endpoint endpoint : server().endpoints()) {
      String path = endpoint.template().replaceAll("\\{\\w+}", "x");
      HttpResponse<String> answer =
          call(
              stranger,
              endpoint.method(),
              path,
              Map.of("Authorization", authorizations.getOrDefault("reader", "")));
      assertThat(answer.body().toLowerCase(Locale.ROOT) + answer.headers().map())
          .doesNotContain("s3cret", hash, "exception", "\tat ");
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
