package io.skald.common.rpc.gossip;

import io.skald.common.ring.MemberlistTls;
import io.skald.common.tls.ServerTls;
import io.skald.common.tls.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jgroups.util.DefaultSocketFactory;

/**
 * Sockets of JGroups whose both ends show certificates. Each connection is made from the files as
 * they were last read.
 */
final class GossipTls {
  /** For a whole handshake; whoever takes longer is cut off. */
  static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

  private final MemberlistTls config;
  private final ServerTls tls;

  GossipTls(MemberlistTls config, ServerTls tls) {
    this.config = config;
    this.tls = tls;
  }

  org.jgroups.util.SocketFactory sockets() {
    return new DefaultSocketFactory(new Connecting(), new Listening());
  }

  /** Returns a socket that is to be connected; JGroups does the handshake. */
  private SSLSocket unconnected() throws IOException {
    TlsSettings settings = tls.settings();
    SSLSocket socket = (SSLSocket) settings.context().getSocketFactory().createSocket();
    socket.setUseClientMode(true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(settings.protocols().toArray(String[]::new));
    parameters.setCipherSuites(settings.suites().toArray(String[]::new));
    if (!config.tlsInsecureSkipVerify()) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    if (!config.tlsServerName().isEmpty()) {
      parameters.setServerNames(List.of(new SNIHostName(config.tlsServerName())));
    }
    socket.setSSLParameters(parameters);
    AtomicBoolean done = new AtomicBoolean();
    socket.addHandshakeCompletedListener(_ -> done.set(true));
    closeUnless(done, socket);
    return socket;
  }

  /** Closes a socket, and so what is done with it, if the handshake takes too long. */
  static void closeUnless(AtomicBoolean done, Socket socket) {
    CompletableFuture.delayedExecutor(HANDSHAKE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> {
          if (!done.get()) {
            TlsServerSocket.closeQuietly(socket);
          }
        });
  }

  /** JGroups takes sockets from here that are not connected yet. */
  private final class Connecting extends SocketFactory {
    @Override
    public Socket createSocket() throws IOException {
      return unconnected();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      return createSocket(InetAddress.getByName(host), port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort)
        throws IOException {
      return createSocket(InetAddress.getByName(host), port, local, localPort);
    }

    @Override
    public Socket createSocket(InetAddress address, int port) {
      throw new UnsupportedOperationException("memberlist binds its sockets before they connect");
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort) {
      return createSocket(address, port);
    }
  }

  /** JGroups takes a socket from here that is not bound yet. */
  private final class Listening extends ServerSocketFactory {
    @Override
    public ServerSocket createServerSocket() throws IOException {
      return new TlsServerSocket(tls);
    }

    @Override
    public ServerSocket createServerSocket(int port) {
      throw new UnsupportedOperationException("memberlist binds its listener itself");
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
      return createServerSocket(port);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
      return createServerSocket(port);
    }
  }
}
