package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes that find each other by gossip and show each other certificates. Whoever has none,
 * or one of another authority, gets nothing from them.
 */
class ClusterTlsTest {
  private static final String ALL = "{app=\"tls\"}";
  private static final String CLIENT = "-ingester_client.grpc_client_config.";

  @TempDir Path directory;
  private final List<Integer> gossipPorts = new ArrayList<>();
  private final long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  private ProcessCluster cluster;
  private int pushed;

  @BeforeEach
  void start() throws Exception {
    X509Bundle authority = authority("authority");
    write("ca.pem", authority.getCertificatePEM());
    certificate("role", authority);
    certificate("stranger", authority("another authority"));
    String server =
        """
        grpc_tls_config: {cert_file: %1$s/role.pem, key_file: %1$s/role.key, client_auth_type: RequireAndVerifyClientCert, client_ca_file: %1$s/ca.pem}
        """
            .strip()
            .formatted(directory);
    for (int i = 0; i < 3; i++) {
      gossipPorts.add(SkaldProcess.freePort());
    }
    String settings =
        """
        ingester_client:
          grpc_client_config: {tls_enabled: true, tls_ca_path: %1$s/ca.pem, tls_cert_path: %1$s/role.pem, tls_key_path: %1$s/role.key}
        memberlist:
          bind_addr: [127.0.0.1]
          join_members: ['127.0.0.1:%2$d', '127.0.0.1:%3$d', '127.0.0.1:%4$d']
          tls_enabled: true
          tls_ca_path: %1$s/ca.pem
          tls_cert_path: %1$s/role.pem
          tls_key_path: %1$s/role.key
        """
            .formatted(directory, gossipPorts.get(0), gossipPorts.get(1), gossipPorts.get(2));
    cluster = new ProcessCluster(directory, "{store: memberlist}", server, settings);
    for (int i = 1; i <= 3; i++) {
      cluster.add("ingester-" + i, "-memberlist.bind-port=" + gossipPorts.get(i - 1));
    }
    cluster.add("distributor-1", "-memberlist.bind-port=" + SkaldProcess.freePort());
    cluster.add("querier-1", "-memberlist.bind-port=" + SkaldProcess.freePort());
    cluster.awaitIngesters("distributor-1", 3);
    cluster.awaitIngesters("querier-1", 3);
  }

  @AfterEach
  void close() throws IOException {
    cluster.close();
  }

  private static X509Bundle authority(String name) throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=" + name)
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private void certificate(String name, X509Bundle authority) throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=" + name)
            .addSanIpAddress("127.0.0.1")
            .buildIssuedBy(authority);
    write(name + ".pem", bundle.getCertificatePathPEM());
    write(name + ".key", bundle.getPrivateKeyPEM());
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }

  private SkaldClient.Answer push(String distributor) {
    String body =
        "{\"streams\":[{\"stream\":{\"app\":\"tls\"},\"values\":[[\"%d\",\"line %d\"]]}]}"
            .formatted(now + pushed, pushed);
    return cluster
        .client(distributor)
        .post("/loki/api/v1/push", "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  private void pushLines(int lines) {
    for (int i = 0; i < lines; i++) {
      SkaldClient.Answer answer = push("distributor-1");
      assertThat(answer.status()).as(answer.text()).isEqualTo(204);
      pushed++;
    }
  }

  private void assertEverythingIsThere(String when) {
    assertThat(cluster.client("querier-1").entries(ALL, now, now + 1_000_000))
        .as(when)
        .hasSize(pushed)
        .doesNotHaveDuplicates();
  }

  @Test
  void roles_withCertificates_workAlsoWhenOneDiesAndRefuseStrangers() {
    pushLines(100);
    assertEverythingIsThere("at first");
    cluster.process("ingester-2").kill();
    pushLines(100);
    assertEverythingIsThere("with one ingester dead");
    cluster.start("ingester-2");
    cluster.awaitIngesters("distributor-1", 3);
    cluster.awaitIngesters("querier-1", 3);
    pushLines(100);
    assertEverythingIsThere("with all back");

    assertRefused("1", CLIENT + "tls_cert_path=", CLIENT + "tls_key_path=");
    assertRefused(
        "2",
        CLIENT + "tls_cert_path=" + directory.resolve("stranger.pem"),
        CLIENT + "tls_key_path=" + directory.resolve("stranger.key"));
    assertEverythingIsThere("after strangers");

    assertNotJoined("4", "-memberlist.tls-enabled=false");
    assertNotJoined(
        "5",
        "-memberlist.tls-cert-path=" + directory.resolve("stranger.pem"),
        "-memberlist.tls-key-path=" + directory.resolve("stranger.key"));
    pushLines(100);
    assertEverythingIsThere("after strangers to the ring");
    assertThat(cluster.process("ingester-1").output().lines())
        .filteredOn(line -> line.contains("refused a connection"))
        .as("told once")
        .hasSize(1)
        .first(InstanceOfAssertFactories.STRING)
        .contains("127.0.0.1", "memberlist.tls_ca_path", "level=warn");
  }

  /** Starts a distributor and a querier that are configured so; neither gets through. */
  private void assertRefused(String number, String... flags) {
    String role = "distributor,querier-" + number;
    List<String> all = new ArrayList<>(List.of(flags));
    all.add("-memberlist.bind-port=" + SkaldProcess.freePort());
    cluster.add(role, all.toArray(String[]::new));
    cluster.awaitIngesters(role, 3);

    SkaldClient.Answer write = push(role);
    SkaldClient.Answer read =
        cluster.client(role).get("/loki/api/v1/query_range", "query", ALL, "limit", "10");

    assertThat(write.status()).as(write.text()).isEqualTo(503);
    assertThat(read.status()).as(read.text()).isEqualTo(503);
    cluster.process(role).kill();
  }

  /** Starts an ingester that is configured so; it is in a ring of its own. */
  private void assertNotJoined(String number, String... flags) {
    String role = "ingester-" + number;
    List<String> all = new ArrayList<>(List.of(flags));
    all.add("-memberlist.bind-port=" + SkaldProcess.freePort());
    cluster.add(role, all.toArray(String[]::new));
    cluster.awaitIngesters(role, 1);
    assertThat(LoopbackCluster.activeIngesters(cluster.client("distributor-1"))).isEqualTo(3);
    cluster.process(role).kill();
  }
}
