package io.skald.common.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.skald.common.reload.FileReloads;
import io.skald.common.time.Clock;
import io.skald.common.tls.ClientTls;
import io.skald.common.tls.ClientTlsConfig;
import io.skald.common.tls.ServerTls;
import io.skald.common.tls.ServerTlsConfig;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS over real sockets; certificates are made for the run. */
class TlsServerTest {
  private static X509Bundle authority;
  private static X509Bundle otherAuthority;

  @TempDir private Path directory;
  private final FileReloads reloads = new FileReloads();
  private @Nullable HttpServer server;

  @BeforeAll
  static void makeAuthorities() throws Exception {
    authority = authority("CN=authority");
    otherAuthority = authority("CN=other authority");
  }

  private static X509Bundle authority(String name) throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject(name)
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private static X509Bundle issued(X509Bundle by, String name, Instant until) throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=" + name)
        .addSanDnsName("localhost")
        .addSanIpAddress("127.0.0.1")
        .notBefore(Instant.now().minusSeconds(7200))
        .notAfter(until)
        .buildIssuedBy(by);
  }

  private static X509Bundle issued(X509Bundle by, String name) throws Exception {
    return issued(by, name, Instant.now().plusSeconds(3600));
  }

  private Path write(String name, String pem) throws IOException {
    return Files.writeString(directory.resolve(name), pem);
  }

  private void writeServer(X509Bundle bundle) throws IOException {
    write("server.pem", bundle.getCertificatePathPEM());
    write("server.key", bundle.getPrivateKeyPEM());
  }

  private void start(String clientAuthType) throws Exception {
    start(clientAuthType, "", "");
  }

  private void start(String clientAuthType, String minVersion, String suites) throws Exception {
    writeServer(issued(authority, "first"));
    write("ca.pem", authority.getCertificatePEM());
    boolean verifies = !clientAuthType.equals(ServerTlsConfig.NO_CLIENT_CERT);
    ServerTlsConfig config =
        new ServerTlsConfig(
            file("server.pem"), file("server.key"), clientAuthType, verifies ? file("ca.pem") : "");
    HttpServerConfig defaults = HttpServerConfig.DEFAULTS;
    HttpServerConfig http =
        new HttpServerConfig(
            "127.0.0.1",
            0,
            defaults.maxHeaderBytes(),
            defaults.maxHeaders(),
            defaults.idleTimeout(),
            defaults.readHeaderTimeout(),
            defaults.readTimeout(),
            defaults.writeTimeout(),
            Duration.ofSeconds(3),
            64,
            64,
            defaults.maxInflightBodyBytes(),
            List.of(),
            true);
    Router router =
        new Router()
            .read("/", request -> HttpResponse.text(200, "hello " + request.body().length))
            .get("/large", Permission.READ, _ -> HttpResponse.text(200, "x".repeat(2_000_000)));
    HttpServer started =
        new HttpServer(
            http,
            router,
            new TellsName(),
            new ServerTls(config, minVersion, suites, reloads, Clock.system()),
            RequestObserver.NONE,
            Clock.system());
    started.start();
    server = started;
  }

  /** Lets everybody in and remembers who it was. */
  private static final class TellsName implements Guard {
    static final AtomicReference<String> LAST = new AtomicReference<>("");

    @Override
    public java.util.Optional<Decision> decideAtOnce(Attempt attempt) {
      X509Certificate certificate = attempt.certificate();
      LAST.set(certificate == null ? "nobody" : certificate.getSubjectX500Principal().getName());
      return java.util.Optional.of(Decision.Allowed.AS_ASKED);
    }

    @Override
    public Decision decide(Attempt attempt) {
      return Decision.Allowed.AS_ASKED;
    }
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close(Duration.ofSeconds(2));
    }
  }

  private HttpServer server() {
    return Objects.requireNonNull(server);
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private SSLContext client() throws IOException {
    return client(null);
  }

  private SSLContext client(@Nullable X509Bundle own) throws IOException {
    Path ca = write("client-ca.pem", authority.getCertificatePEM());
    ClientTlsConfig config = new ClientTlsConfig(ca.toString(), "", "", false);
    if (own != null) {
      Path cert = write("client.pem", own.getCertificatePathPEM());
      Path key = write("client.key", own.getPrivateKeyPEM());
      config = new ClientTlsConfig(ca.toString(), cert.toString(), key.toString(), false);
    }
    List<byte[]> contents = new ArrayList<>();
    for (Path file : ClientTls.files(config)) {
      contents.add(Files.readAllBytes(file));
    }
    return ClientTls.context(config, contents);
  }

  /** A client that shows its certificate whether the server knows its authority or not. */
  private static SSLContext stubborn(X509Bundle own) throws Exception {
    X509ExtendedKeyManager keys =
        new X509ExtendedKeyManager() {
          @Override
          public String chooseEngineClientAlias(
              String[] types, Principal[] issuers, SSLEngine engine) {
            return "own";
          }

          @Override
          public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "own";
          }

          @Override
          public X509Certificate[] getCertificateChain(String alias) {
            return own.getCertificatePath();
          }

          @Override
          public PrivateKey getPrivateKey(String alias) {
            return own.getKeyPair().getPrivate();
          }

          @Override
          public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"own"};
          }

          @Override
          public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[0];
          }

          @Override
          public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return "";
          }
        };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {keys}, new TrustManager[] {authority.toTrustManager()}, null);
    return context;
  }

  private String get(SSLContext context, String path) throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context).build()) {
      return client
          .send(
              java.net.http.HttpRequest.newBuilder(
                      URI.create("https://localhost:" + server().port() + path))
                  .timeout(Duration.ofSeconds(10))
                  .build(),
              java.net.http.HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  void request_overTls_isAnswered() throws Exception {
    start(ServerTlsConfig.NO_CLIENT_CERT);

    assertThat(get(client(), "/")).isEqualTo("hello 0");
    assertThat(get(client(), "/large")).hasSize(2_000_000);
    assertThat(TellsName.LAST).hasValue("nobody");
  }

  @Test
  void connection_closedByTheServer_endsWithCloseNotify() throws Exception {
    start(ServerTlsConfig.NO_CLIENT_CERT);
    try (SSLSocket socket =
        (SSLSocket) client().getSocketFactory().createSocket("localhost", server().port())) {
      socket.setSoTimeout(5000);
      RawHttp.send(socket, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

      // Without close_notify the JDK's socket throws instead of ending.
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .endsWith("hello 0");
    }
  }

  @Test
  void plainText_toTheTlsPort_isCutAndOthersGoOn() throws Exception {
    start(ServerTlsConfig.NO_CLIENT_CERT);

    assertThat(RawHttp.exchange(server().port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
        .doesNotContain("hello");
    assertThat(server().statistics().failedHandshakes()).isEqualTo(1);
    assertThat(get(client(), "/")).isEqualTo("hello 0");
  }

  @Test
  void handshake_thatDoesNotCome_isCut() throws Exception {
    start(ServerTlsConfig.NO_CLIENT_CERT);
    try (Socket socket = RawHttp.connect(server().port())) {
      assertThat(RawHttp.rest(socket)).isEmpty();
    }
    assertThat(server().statistics().failedHandshakes()).isEqualTo(1);
  }

  @Test
  void clientCertificate_ofTheAuthority_isSeen() throws Exception {
    start(ServerTlsConfig.REQUIRE_AND_VERIFY);

    assertThat(get(client(issued(authority, "agent-1")), "/")).isEqualTo("hello 0");
    assertThat(TellsName.LAST).hasValue("CN=agent-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RequireAndVerifyClientCert", "VerifyClientCertIfGiven"})
  void clientCertificate_ofAnotherAuthorityOrExpired_isRefused(String type) throws Exception {
    start(type);
    SSLContext other = stubborn(issued(otherAuthority, "agent-1"));
    SSLContext expired = stubborn(issued(authority, "agent-1", Instant.now().minusSeconds(3600)));

    assertThatThrownBy(() -> get(other, "/")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> get(expired, "/")).isInstanceOf(IOException.class);
    assertThat(server().statistics().failedHandshakes()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void clientCertificate_missing_isRefusedOnlyWhereItIsRequired() throws Exception {
    start(ServerTlsConfig.REQUIRE_AND_VERIFY);
    SSLContext none = client();
    assertThatThrownBy(() -> get(none, "/")).isInstanceOf(IOException.class);
    server().close(Duration.ofSeconds(1));

    start(ServerTlsConfig.VERIFY_IF_GIVEN);
    assertThat(get(none, "/")).isEqualTo("hello 0");
    assertThat(TellsName.LAST).hasValue("nobody");
  }

  @Test
  void minVersion_tls13_refusesTls12() throws Exception {
    start(ServerTlsConfig.NO_CLIENT_CERT, "VersionTLS13", "");

    assertThat(handshake("TLSv1.3").getProtocol()).isEqualTo("TLSv1.3");
    assertThatThrownBy(() -> handshake("TLSv1.2")).isInstanceOf(IOException.class);
  }

  @Test
  void cipherSuites_chosen_areTheOnlyOnesOfTls12() throws Exception {
    String chosen = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
    start(ServerTlsConfig.NO_CLIENT_CERT, "", chosen);

    assertThat(handshake("TLSv1.2").getCipherSuite()).isEqualTo(chosen);
    assertThat(handshake("TLSv1.3").getCipherSuite()).startsWith("TLS_AES_");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLS_RSA_WITH_NULL_SHA256", "TLS_DH_anon_WITH_AES_128_CBC_SHA", "X"})
  void cipherSuites_unsafeOrUnknown_areRefused(String suite) {
    assertThatThrownBy(() -> ServerTls.suites(suite))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown or unsafe suite '" + suite + "'");
  }

  private SSLSession handshake(String protocol) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) client().getSocketFactory().createSocket("localhost", server().port())) {
      socket.setEnabledProtocols(new String[] {protocol});
      socket.startHandshake();
      return socket.getSession();
    }
  }

  private String serverName() throws Exception {
    return ((X509Certificate) handshake("TLSv1.3").getPeerCertificates()[0])
        .getSubjectX500Principal()
        .getName();
  }

  @Test
  void reload_badFiles_keepTheOldCertificate() throws Exception {
    start(ServerTlsConfig.NO_CLIENT_CERT);
    X509Bundle second = issued(authority, "second");

    for (String pem :
        List.of(
            "nothing",
            second.getCertificatePathPEM(), // its key is not there yet
            issued(authority, "expired", Instant.now().minusSeconds(60)).getCertificatePathPEM())) {
      write("server.pem", pem);
      reloads.refresh();
      assertThat(serverName()).isEqualTo("CN=first");
    }
    assertThat(reloads.failures()).isEqualTo(3);

    writeServer(second);
    reloads.refresh();
    assertThat(serverName()).isEqualTo("CN=second");
    assertThat(reloads.stale()).isZero();
  }

  @Test
  void reload_underLoad_failsNoRequest() throws Exception {
    start(ServerTlsConfig.NO_CLIENT_CERT);
    SSLContext context = client();
    AtomicBoolean goOn = new AtomicBoolean(true);
    AtomicInteger answered = new AtomicInteger();
    AtomicReference<Exception> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (goOn.get()) {
                    assertThat(get(context, "/")).isEqualTo("hello 0");
                    answered.incrementAndGet();
                  }
                } catch (Exception e) {
                  failure.set(e);
                }
              }));
    }
    for (int i = 0; i < 10; i++) {
      writeServer(issued(authority, "round-" + i));
      reloads.refresh();
      int before = answered.get();
      long deadline = System.nanoTime() + 5_000_000_000L;
      while (answered.get() < before + 4 && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
    }
    goOn.set(false);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(failure.get()).isNull();
    assertThat(answered.get()).isGreaterThanOrEqualTo(40);
    assertThat(reloads.reloads()).isEqualTo(10);
  }

  @Test
  void start_keyInAnOldForm_saysHowToConvertIt() throws Exception {
    writeServer(issued(authority, "first"));
    String old =
        Files.readString(directory.resolve("server.key")).replace("PRIVATE KEY", "RSA PRIVATE KEY");
    write("server.key", old);
    ServerTlsConfig config =
        new ServerTlsConfig(
            file("server.pem"), file("server.key"), ServerTlsConfig.NO_CLIENT_CERT, "");

    assertThatThrownBy(() -> new ServerTls(config, "", "", reloads, Clock.system()))
        .hasMessageContaining("openssl pkcs8 -topk8");
  }
}
