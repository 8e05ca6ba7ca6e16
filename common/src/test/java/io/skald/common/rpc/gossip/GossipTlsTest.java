package io.skald.common.rpc.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.skald.common.reload.FileReloads;
import io.skald.common.ring.MemberlistTls;
import io.skald.common.time.Clock;
import io.skald.common.tls.ClientTls;
import io.skald.common.tls.ClientTlsConfig;
import io.skald.common.tls.ServerTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the sockets of members let through. */
@Timeout(60)
class GossipTlsTest {
  private static final String LOOPBACK = "127.0.0.1";

  @TempDir private Path directory;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private Authority authority;
  private @Nullable ServerSocket listener;

  /** Issues certificates into files. */
  record Authority(Path directory, String name, X509Bundle bundle) {
    Authority(Path directory, String name) throws Exception {
      this(
          directory,
          name,
          new CertificateBuilder()
              .ecp256()
              .subject("CN=" + name)
              .setIsCertificateAuthority(true)
              .buildSelfSigned());
      Files.writeString(file(name + ".pem"), bundle.getCertificatePEM());
    }

    private Path file(String named) {
      return directory.resolve(named);
    }

    /** Returns the settings of a member whose certificate carries an address. */
    MemberlistTls member(String member, String address) throws Exception {
      X509Bundle issued =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=" + member)
              .addSanIpAddress(address)
              .addSanDnsName("gossip.example")
              .buildIssuedBy(bundle);
      Files.writeString(file(member + ".pem"), issued.getCertificatePathPEM());
      Files.writeString(file(member + ".key"), issued.getPrivateKeyPEM());
      return settings(member, "", false);
    }

    MemberlistTls settings(String member, String serverName, boolean anyName) {
      return new MemberlistTls(
          true,
          file(member + ".pem").toString(),
          file(member + ".key").toString(),
          file(name + ".pem").toString(),
          serverName,
          anyName,
          "VersionTLS12",
          "");
    }
  }

  static ServerTls serverTls(MemberlistTls settings) {
    return new ServerTls(
        settings.files(),
        settings.tlsMinVersion(),
        settings.tlsCipherSuites(),
        new FileReloads(),
        Clock.system());
  }

  private static GossipTls gossipTls(MemberlistTls settings) {
    return new GossipTls(settings, serverTls(settings));
  }

  @BeforeEach
  void issue() throws Exception {
    authority = new Authority(directory, "ca");
  }

  @AfterEach
  void close() throws IOException {
    if (listener != null) {
      listener.close();
    }
    threads.close();
  }

  /** Listens and echoes one byte of each connection that is let in. */
  private void listen(MemberlistTls settings) throws IOException {
    ServerSocket opened = bound(settings);
    Thread.ofVirtual().start(() -> echoAll(opened));
  }

  private ServerSocket bound(MemberlistTls settings) throws IOException {
    ServerSocket opened = gossipTls(settings).sockets().createServerSocket("test");
    opened.bind(new InetSocketAddress(LOOPBACK, 0));
    listener = opened;
    return opened;
  }

  private static void echoAll(ServerSocket opened) {
    while (!opened.isClosed()) {
      try (Socket accepted = opened.accept()) {
        accepted.getOutputStream().write(accepted.getInputStream().read());
      } catch (IOException _) {
        // The test has closed it, or the other end has; whoever waits for an echo gets none.
      }
    }
  }

  private InetSocketAddress address() throws IOException {
    return new InetSocketAddress(
        InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
        Objects.requireNonNull(listener).getLocalPort());
  }

  /** Sends a byte over a socket and returns what comes back; -1 if nothing does. */
  private int echo(Socket socket) throws IOException {
    try (socket) {
      socket.connect(address());
      if (socket instanceof SSLSocket secured) {
        secured.startHandshake();
      }
      socket.getOutputStream().write(42);
      return socket.getInputStream().read();
    }
  }

  private int echo(MemberlistTls client) throws IOException {
    return echo(gossipTls(client).sockets().createSocket("test"));
  }

  @Test
  void connect_bothOfTheAuthority_talk() throws Exception {
    MemberlistTls member = authority.member("member", LOOPBACK);
    listen(member);

    assertThat(echo(member)).isEqualTo(42);
  }

  @Test
  void connect_withoutACertificateOrAForeignOne_isRefused() throws Exception {
    listen(authority.member("member", LOOPBACK));
    Authority another = new Authority(directory, "another");
    another.member("foreign", LOOPBACK);
    ClientTlsConfig none = new ClientTlsConfig(directory + "/ca.pem", "", "", false);
    ClientTlsConfig foreign =
        new ClientTlsConfig(
            directory + "/ca.pem", directory + "/foreign.pem", directory + "/foreign.key", false);

    for (ClientTlsConfig client : List.of(none, foreign)) {
      assertThatThrownBy(() ->
              echo(ClientTls.context(client, contents(client)).getSocketFactory().createSocket()))
          .isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> echo(another.settings("foreign", "", true)))
        .as("its own authority did not sign the listener's")
        .isInstanceOf(SSLException.class);
  }

  private static List<byte[]> contents(ClientTlsConfig config) {
    return ClientTls.files(config).stream()
        .map(file -> {
          try {
            return Files.readAllBytes(file);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        })
        .toList();
  }

  @Test
  void connect_listenerUnderAnotherName_needsThatNameOrNoCheck() throws Exception {
    listen(authority.member("elsewhere", "127.0.0.9"));

    assertThatThrownBy(() -> echo(authority.settings("elsewhere", "", false)))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining(LOOPBACK);
    assertThatThrownBy(() -> echo(authority.settings("elsewhere", "other.example", false)))
        .isInstanceOf(SSLException.class);
    assertThat(echo(authority.settings("elsewhere", "gossip.example", false))).isEqualTo(42);
    assertThat(echo(authority.settings("elsewhere", "", true))).isEqualTo(42);
  }

  @Test
  void accept_strangersThatSayNothingOrNoTls_keepNobodyWaiting() throws Exception {
    MemberlistTls member = authority.member("member", LOOPBACK);
    listen(member);

    try (Socket silent = new Socket()) {
      silent.connect(address());
      assertThat(echo(new Socket())).as("an alert of TLS, or the end").isNotEqualTo(42);
      assertThat(echo(member)).isEqualTo(42);
    }
  }

  @Test
  void close_whileAccepting_endsAccept() throws Exception {
    ServerSocket opened = bound(authority.member("member", LOOPBACK));
    Callable<Socket> accept = opened::accept;
    Future<Socket> accepted = threads.submit(accept);

    opened.close();

    assertThat(accepted)
        .failsWithin(10, TimeUnit.SECONDS)
        .withThrowableThat()
        .withMessageContaining("closed");
  }
}
