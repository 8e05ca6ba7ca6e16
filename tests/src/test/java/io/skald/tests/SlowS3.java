package io.skald.tests;

import io.skald.storage.object.s3.S3ProxyServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An S3 server on loopback each of whose answers comes late, for measurements: {@code SlowS3 PORT
 * MILLISECONDS} serves until it is killed. Objects are in the heap of this process.
 */
final class SlowS3 {
  private static final int BUFFER_BYTES = 64 << 10;

  private final int target;
  private final Duration latency;

  private SlowS3(int target, Duration latency) {
    this.target = target;
    this.latency = latency;
  }

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    Duration latency = Duration.ofMillis(Long.parseLong(arguments[1]));
    try (S3ProxyServer s3 = new S3ProxyServer();
        ServerSocket listener = new ServerSocket(port, 256, InetAddress.getLoopbackAddress())) {
      SlowS3 slow = new SlowS3(s3.port(), latency);
      System.out.printf(
          "endpoint http://127.0.0.1:%d bucket %s key %s secret %s%n",
          port, S3ProxyServer.BUCKET, S3ProxyServer.ACCESS_KEY, S3ProxyServer.SECRET_KEY);
      while (true) {
        Socket client = listener.accept();
        Thread.ofPlatform().daemon().start(() -> slow.serve(client));
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      AtomicBoolean answered = new AtomicBoolean(true);
      Thread answers =
          Thread.ofPlatform().daemon().start(() -> copy(server, client, () -> answered.set(true)));
      copy(
          client,
          server,
          () -> {
            if (answered.getAndSet(false)) {
              Thread.sleep(latency); // the first bytes of a request
            }
          });
      answers.join();
    } catch (IOException e) {
      System.err.println("a connection ended: " + e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Done for each piece before it is passed on. */
  private interface Before {
    void run() throws InterruptedException;
  }

  private static void copy(Socket from, Socket to, Before before) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        before.run();
        out.write(buffer, 0, count);
      }
      to.shutdownOutput();
    } catch (IOException _) {
      // The other side has gone; whoever waits for it finds out by itself.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
