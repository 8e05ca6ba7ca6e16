package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.skald.common.tls.ClientTls;
import io.skald.common.tls.ClientTlsConfig;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Syslog through the whole agent, over real sockets. */
class SyslogTest {
  private static final String RULES =
      ", relabel_configs: ["
          + "{source_labels: [__syslog_message_hostname], target_label: host},"
          + "{source_labels: [__syslog_message_severity], target_label: severity},"
          + "{source_labels: [__syslog_message_app_name], regex: noise, action: drop}]";

  @TempDir Path directory;

  @Test
  void tcp_bothFramings_arriveWithTheirLabelsAndTimes() throws Exception {
    int port = SourceAgent.freePort();
    try (SourceAgent agent = agent(port, "use_incoming_timestamp: true")) {
      try (Socket lines = connect(port);
          Socket counted = connect(port)) {
        write(lines, "<165>1 2024-05-01T10:00:00.5Z h1 app - - - one\n<13>1 - h1 app - - - two\n");
        String message = "<165>1 2024-05-01T10:00:00Z h2 app - - - three";
        write(counted, message.length() + " " + message + "31 <165>1 - h2 noise - - - dropped");
        agent.awaitCount(3);
      }
      assertThat(agent.received.streams())
          .isEqualTo(
              Set.of(
                  "{host=\"h1\", job=\"s\", severity=\"notice\"}",
                  "{host=\"h2\", job=\"s\", severity=\"notice\"}"));
      assertThat(agent.received.lines("{host=\"h1\", job=\"s\", severity=\"notice\"}"))
          .containsExactly("one", "two");
    }
  }

  @Test
  void tcp_clientTakesNothing_holdsSendersUpAndLosesNothing() throws Exception {
    int port = SourceAgent.freePort();
    int count = 40_000;
    try (SourceAgent agent = agent(port, "")) {
      agent.status = 503;
      Thread sender = Thread.ofVirtual().unstarted(() -> send(port, count));
      sender.start();
      await()
          .atMost(SourceAgent.PATIENCE)
          .until(() -> agent.agent.status().clients().getFirst().retries() > 2);
      agent.status = 204;
      agent.awaitCount(count);
      sender.join();
      assertThat(agent.received.duplicates()).isZero();
    }
  }

  @Test
  void udp_datagrams_areMessages() throws Exception {
    int port = SourceAgent.freePort();
    try (SourceAgent agent =
            agent(port, "listen_protocol: udp, syslog_format: rfc3164, use_rfc5424_message: true");
        DatagramSocket socket = new DatagramSocket()) {
      for (String text : List.of("<34>Oct 11 22:14:15 h su: one\n", "<34>Oct 11 22:14:16 h su: 2")) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        socket.send(
            new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
      }
      agent.awaitCount(2);
      assertThat(agent.received.lines("{host=\"h\", job=\"s\", severity=\"critical\"}"))
          .containsExactly("<34>Oct 11 22:14:15 h su: one", "<34>Oct 11 22:14:16 h su: 2");
    }
  }

  @Test
  void tls_messages_arriveEncrypted() throws Exception {
    int port = SourceAgent.freePort();
    X509Bundle authority =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=authority")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle own =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=agent")
            .addSanIpAddress("127.0.0.1")
            .buildIssuedBy(authority);
    Path certificate =
        Files.writeString(directory.resolve("own.pem"), own.getCertificatePathPEM());
    Path key = Files.writeString(directory.resolve("own.key"), own.getPrivateKeyPEM());
    Path ca = Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
    ClientTlsConfig trust = new ClientTlsConfig(ca.toString(), "", "", false);
    try (SourceAgent agent =
            agent(port, "tls_config: {cert_file: '" + certificate + "', key_file: '" + key + "'}");
        Socket socket =
            ClientTls.context(trust, List.of(Files.readAllBytes(ca)))
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port)) {
      write(socket, "<165>1 - h app - - - secret\n");
      agent.awaitCount(1);
    }
  }

  private SourceAgent agent(int port, String keys) throws IOException {
    return new SourceAgent(
        directory,
        "job_name: syslog, syslog: {listen_address: '127.0.0.1:"
            + port
            + "', labels: {job: s}"
            + (keys.isEmpty() ? "" : ", " + keys)
            + "}"
            + RULES);
  }

  private static Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  private static void send(int port, int count) {
    try (Socket socket = connect(port)) {
      for (int i = 0; i < count; i++) {
        write(socket, "<165>1 - h app - - - " + "x".repeat(1000) + i + "\n");
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
