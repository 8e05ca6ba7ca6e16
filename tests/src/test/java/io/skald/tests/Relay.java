package io.skald.tests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/** Passes TCP connections on loopback on to other ports, and can hold up what goes through. */
final class Relay implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int MAX_LINE_BYTES = 16 << 10;

  private final ServerSocket listener;
  private final Route route;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /** Decides about a new connection. */
  @FunctionalInterface
  interface Route {
    /**
     * Returns where it goes.
     *
     * @param sent what the client sends; may be read if it is put back, up to {@link
     *     #MAX_LINE_BYTES}
     */
    Passage of(Socket client, PushbackInputStream sent) throws IOException;
  }

  /**
   * Where a connection goes.
   *
   * @param hold called before each piece that is passed on
   */
  record Passage(int port, Hold hold) {}

  /** What happens to the bytes of one connection on their way. */
  @FunctionalInterface
  interface Hold {
    /**
     * Returns when a piece may go on.
     *
     * @param ofClient whether the client sent it
     * @throws IOException to end the connection
     */
    void await(boolean ofClient) throws IOException, InterruptedException;
  }

  /**
   * @param port to listen on; 0 for a free one
   */
  Relay(int port, Route route) {
    this.route = route;
    try {
      listener = new ServerSocket(port, 256, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException("port " + port, e);
    }
    Thread.ofPlatform().daemon().name("relay-" + port()).start(this::accept);
  }

  /**
   * Returns one address for several servers of HTTP.
   *
   * @param portOf the server's port, by the path of the first request of a connection
   */
  static Relay byPath(ToIntFunction<String> portOf) {
    return new Relay(
        0, (_, sent) -> new Passage(portOf.applyAsInt(firstLine(sent).split(" ")[1]), _ -> {}));
  }

  private static String firstLine(PushbackInputStream sent) throws IOException {
    byte[] line = new byte[MAX_LINE_BYTES];
    int length = 0;
    while (length < line.length && (length == 0 || line[length - 1] != '\n')) {
      int b = sent.read();
      if (b < 0) {
        throw new IOException("the connection ended in its first line");
      }
      line[length++] = (byte) b;
    }
    sent.unread(line, 0, length);
    return new String(line, 0, length, StandardCharsets.ISO_8859_1);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    open.add(client);
    try (client) {
      PushbackInputStream sent = new PushbackInputStream(client.getInputStream(), MAX_LINE_BYTES);
      Passage passage = route.of(client, sent);
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), passage.port)) {
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        InputStream answered = server.getInputStream();
        Thread answers =
            Thread.ofVirtual().start(() -> copy(answered, client, () -> passage.hold.await(false)));
        copy(sent, server, () -> passage.hold.await(true));
        answers.join();
      }
    } catch (IOException _) {
      // One of the two has gone; the other sees the end of its connection.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(client);
    }
  }

  /** Done for each piece before it is passed on. */
  @FunctionalInterface
  private interface Before {
    void run() throws IOException, InterruptedException;
  }

  private static void copy(InputStream in, Socket to, Before before) {
    try {
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        before.run();
        out.write(buffer, 0, count);
      }
      to.shutdownOutput();
    } catch (IOException _) {
      closeQuietly(to); // the other direction ends with it, as after a reset
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException _) {
      // It is gone either way.
    }
  }

  /** Takes no more connections and ends those that are open. */
  @Override
  public void close() throws IOException {
    listener.close();
    open.forEach(Relay::closeQuietly);
  }
}
