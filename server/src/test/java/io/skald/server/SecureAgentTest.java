package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.skald.agent.AgentConfigFile;
import io.skald.common.time.Clock;
import io.skald.common.tls.ClientTls;
import io.skald.common.tls.ClientTlsConfig;
import io.skald.server.auth.BearerToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent that ships to a server with TLS and credentials, both as they are configured. */
class SecureAgentTest {
  private static final String QUERY = "/loki/api/v1/query_range?query=%7Bjob%3D%22j%22%7D";

  @TempDir private Path directory;

  private String write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  private ServerProcess server() throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=authority")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle bundle =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=server")
            .addSanIpAddress("127.0.0.1")
            .buildIssuedBy(authority);
    write("ca.pem", authority.getCertificatePEM());
    write("server.pem", bundle.getCertificatePathPEM());
    write("server.key", bundle.getPrivateKeyPEM());
    String tokens =
        write(
            "tokens.yaml",
            """
            tokens:
              - {name: agent, token_sha256: %s, tenants: [a], permissions: [write]}
              - {name: reader, token_sha256: %s, tenants: [a], permissions: [read]}
            """
                .formatted(BearerToken.sha256Hex("of-agent"), BearerToken.sha256Hex("of-reader")));
    SkaldConfig config =
        SkaldConfig.load(
                "test.yaml",
                "authentication: {type: bearer, bearer: {tokens_file: " + tokens + "}}",
                Map.of(
                    "server.http_listen_address", "127.0.0.1",
                    "server.http_listen_port", "0",
                    "server.http_tls_config.cert_file", directory.resolve("server.pem").toString(),
                    "server.http_tls_config.key_file", directory.resolve("server.key").toString(),
                    "common.path_prefix", directory.resolve("data").toString()))
            .config();
    return new ServerProcess(config, Clock.system(), () -> {});
  }

  private AgentProcess agent(String address) throws IOException {
    write("a.log", "first\nsecond\n");
    String yaml =
        """
        clients:
          - url: %1$s/loki/api/v1/push
            bearer_token_file: %2$s
            tls_config: {ca_file: %3$s/ca.pem}
        positions: {filename: %3$s/positions.yaml}
        scrape_configs:
          - job_name: j
            static_configs: [{labels: {job: j, __path__: %3$s/a.log}}]
        """
            .formatted(address, write("token", "of-agent"), directory);
    return new AgentProcess(
        AgentConfigFile.load("agent.yaml", yaml, Map.of()).config(), Clock.system());
  }

  @Test
  void agent_withAuthorityAndToken_shipsToATlsServer() throws Exception {
    try (ServerProcess server = server()) {
      server.start();
      try (AgentProcess agent = agent(server.address());
          HttpClient client = client()) {
        agent.start();

        String answer = "";
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!answer.contains("\"second\"") && System.nanoTime() < deadline) {
          answer = read(client, server.address());
        }
        assertThat(answer).contains("\"first\"").contains("\"second\"");
      }
    }
  }

  private HttpClient client() throws IOException {
    ClientTlsConfig tls =
        new ClientTlsConfig(directory.resolve("ca.pem").toString(), "", "", false);
    List<byte[]> contents = new ArrayList<>();
    for (Path file : ClientTls.files(tls)) {
      contents.add(Files.readAllBytes(file));
    }
    return HttpClient.newBuilder().sslContext(ClientTls.context(tls, contents)).build();
  }

  private static String read(HttpClient client, String address)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + QUERY))
            .header("Authorization", "Bearer of-reader")
            .build();
    return client.send(request, BodyHandlers.ofString()).body();
  }
}
