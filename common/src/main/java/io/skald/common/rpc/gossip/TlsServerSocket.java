package io.skald.common.rpc.gossip;

import io.skald.common.tls.ServerTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.LinkedHashSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener that hands out only connections whose other end has shown a certificate. JGroups
 * accepts on one thread and reads from what it got, so handshakes are done before, each on a thread
 * of its own: a stranger that says nothing keeps no member waiting.
 */
final class TlsServerSocket extends ServerSocket {
  private static final Logger LOG = LoggerFactory.getLogger(TlsServerSocket.class);

  /** Of handshakes and connections that wait to be taken; more wait in the backlog. */
  private static final int MAX_OPEN = 64;

  /** Of refused addresses that are remembered, to tell each once. */
  private static final int MAX_TOLD = 256;

  private final ServerTls tls;
  private final Semaphore places = new Semaphore(MAX_OPEN);
  private final LinkedBlockingQueue<Socket> ready = new LinkedBlockingQueue<>();

  /** Stands in {@link #ready} for the end. */
  private final Socket end = new Socket();

  private final LinkedHashSet<InetAddress> told = new LinkedHashSet<>(); // guarded by itself
  private @Nullable Thread acceptor; // of the one thread that accepts

  TlsServerSocket(ServerTls tls) throws IOException {
    this.tls = tls;
  }

  @Override
  public Socket accept() throws IOException {
    if (acceptor == null) {
      acceptor = Thread.ofVirtual().name("gossip-accept").start(this::acceptAll);
    }
    try {
      Socket taken = ready.take();
      if (taken == end) {
        ready.add(end);
        throw new SocketException("the listener is closed");
      }
      places.release();
      return taken;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SocketException("interrupted", e);
    }
  }

  private void acceptAll() {
    try {
      while (!isClosed()) {
        places.acquire();
        Socket plain = super.accept();
        Thread.ofVirtual().name("gossip-handshake").start(() -> shakeHands(plain));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      if (!isClosed()) {
        LOG.error("memberlist takes no connections any more", e);
      }
    } finally {
      ready.add(end);
    }
  }

  private void shakeHands(Socket plain) {
    AtomicBoolean done = new AtomicBoolean();
    GossipTls.closeUnless(done, plain);
    try {
      SSLSocket secured = tls.over(plain);
      secured.startHandshake();
      done.set(true);
      synchronized (told) {
        told.remove(plain.getInetAddress());
      }
      ready.add(secured);
    } catch (IOException | RuntimeException e) {
      done.set(true);
      places.release();
      closeQuietly(plain);
      tell(plain.getInetAddress(), e);
    }
  }

  /** Tells the first refusal of an address, as members try again all the time. */
  private void tell(InetAddress address, Exception refusal) {
    boolean first;
    synchronized (told) {
      first = told.add(address);
      if (told.size() > MAX_TOLD) {
        told.removeFirst();
      }
    }
    if (first && !isClosed()) {
      LOG.warn(
          "memberlist: refused a connection from {}, which showed no certificate that"
              + " memberlist.tls_ca_path has signed, or speaks no TLS: {} (told once)",
          address.getHostAddress(),
          refusal.getMessage());
    } else {
      LOG.debug("memberlist: refused a connection from {}", address, refusal);
    }
  }

  static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("a connection could not be closed", e);
    }
  }

  @Override
  public void close() throws IOException {
    super.close();
    ready.add(end);
    Socket waiting;
    while ((waiting = ready.poll()) != null && waiting != end) {
      closeQuietly(waiting);
    }
    ready.add(end);
  }
}
