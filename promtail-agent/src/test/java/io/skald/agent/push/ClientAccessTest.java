package io.skald.agent.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.skald.agent.AgentConfig;
import io.skald.common.client.ClientAccess;
import io.skald.common.config.ConfigReader;
import io.skald.common.config.Secret;
import io.skald.common.push.BatchKey;
import io.skald.common.time.Clock;
import io.skald.common.tls.ClientTlsConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientAccessTest {
  private static final ClientAccess.BasicAuth NO_NAME =
      new ClientAccess.BasicAuth("", Secret.NONE, "");

  @TempDir private Path directory;
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/push",
        exchange -> {
          seen.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static final BatchKey KEY = new BatchKey("host.default", "1-00");

  private HttpPushTransport transport(ClientAccess access) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/push");
    return new HttpPushTransport(
        url, Duration.ofSeconds(5), "test", Map.of(), access, Clock.system());
  }

  @Test
  void push_withNameAndPassword_sendsThem() throws IOException {
    ClientAccess.BasicAuth basic = new ClientAccess.BasicAuth("alice", new Secret("pass"), "");
    try (HttpPushTransport transport =
        transport(new ClientAccess(basic, Secret.NONE, "", ClientTlsConfig.DEFAULTS))) {
      transport.push("", KEY, new byte[0]);
    }
    assertThat(seen).containsExactly("Basic YWxpY2U6cGFzcw==");
  }

  @Test
  void push_withTokenFile_followsTheFile() throws IOException {
    Path file = Files.writeString(directory.resolve("token"), "one\n");
    ClientAccess access =
        new ClientAccess(NO_NAME, Secret.NONE, file.toString(), ClientTlsConfig.DEFAULTS);
    try (HttpPushTransport transport = transport(access)) {
      transport.push("", KEY, new byte[0]);
      Files.writeString(file, "two");
      transport.push("", KEY, new byte[0]);
      Files.delete(file);
      assertThatThrownBy(() -> transport.push("", KEY, new byte[0]))
          .isInstanceOf(IOException.class);
    }
    assertThat(seen).containsExactly("Bearer one", "Bearer two");
  }

  @Test
  void push_withoutCredentials_sendsNone() throws IOException {
    try (HttpPushTransport transport = transport(ClientAccess.NONE)) {
      transport.push("", KEY, new byte[0]);
    }
    assertThat(seen).containsExactly("null");
  }

  @Test
  void transport_missingCaFile_isRefused() {
    ClientTlsConfig tls =
        new ClientTlsConfig(directory.resolve("none.pem").toString(), "", "", false);

    assertThatThrownBy(() -> transport(new ClientAccess(NO_NAME, Secret.NONE, "", tls)))
        .hasMessageStartingWith("file not found: ");
  }

  @Test
  void client_allKeys_areReadAndPrintNoSecret() {
    AgentConfig.Client client =
        new ConfigReader("a.yaml", Set.of())
            .read(
                """
                basic_auth: {username: alice, password: s3cret}
                tls_config: {cert_file: c, key_file: k, insecure_skip_verify: true}
                """,
                AgentConfig.Client.defaults(),
                Map.of());

    assertThat(client.access().basicAuth().password().reveal()).isEqualTo("s3cret");
    assertThat(client.access().tlsConfig()).isEqualTo(new ClientTlsConfig("", "c", "k", true));
    assertThat(client.toString()).contains("password=<redacted>").doesNotContain("s3cret");
  }

  @Test
  void access_ofTwoKinds_isRefused() {
    ClientAccess.BasicAuth basic = new ClientAccess.BasicAuth("a", new Secret("b"), "");

    assertThatThrownBy(() -> new ClientAccess(basic, new Secret("t"), "", ClientTlsConfig.DEFAULTS))
        .hasMessage("set only one of basic_auth, bearer_token and bearer_token_file");
  }
}
