package io.skald.tests;

import io.skald.server.Logging;
import io.skald.storage.object.s3.S3ProxyServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An S3 server on loopback each of whose answers comes late, for measurements: {@code SlowS3 PORT
 * MILLISECONDS} serves until it is killed. Objects are in the heap of this process: give it some
 * times their size, or uploads in parts end in errors that look like those of the client.
 */
final class SlowS3 {
  private SlowS3() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Logging.configure("error", System.err); // at debug its log takes as long as its work
    int port = Integer.parseInt(arguments[0]);
    Duration latency = Duration.ofMillis(Long.parseLong(arguments[1]));
    try (S3ProxyServer s3 = new S3ProxyServer();
        Relay relay = new Relay(port, (_, _) -> new Relay.Passage(s3.port(), lateBy(latency)))) {
      System.out.printf(
          "endpoint http://127.0.0.1:%d bucket %s key %s secret %s%n",
          relay.port(), S3ProxyServer.BUCKET, S3ProxyServer.ACCESS_KEY, S3ProxyServer.SECRET_KEY);
      new CountDownLatch(1).await();
    }
  }

  /** Holds up the first bytes of each request of a connection. */
  private static Relay.Hold lateBy(Duration latency) {
    AtomicBoolean answered = new AtomicBoolean(true);
    return ofClient -> {
      if (!ofClient) {
        answered.set(true);
      } else if (answered.getAndSet(false)) {
        Thread.sleep(latency);
      }
    };
  }
}
