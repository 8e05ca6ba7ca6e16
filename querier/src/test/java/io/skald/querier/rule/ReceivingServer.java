package io.skald.querier.rule;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server on the loopback that keeps what it gets and answers what it is told to. */
public final class ReceivingServer implements AutoCloseable {
  /** A request as it came. */
  public record Received(String path, Headers headers, byte[] body) {}

  private final HttpServer server;
  private final BlockingQueue<Received> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> statuses = new LinkedBlockingQueue<>();

  public ReceivingServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          requests.add(
              new Received(exchange.getRequestURI().getPath(), exchange.getRequestHeaders(), body));
          Integer status = statuses.poll();
          exchange.sendResponseHeaders(status == null ? 200 : status, -1);
          exchange.close();
        });
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers the next request with this status; later ones with 200. */
  public void answer(int status) {
    statuses.add(status);
  }

  /** Returns the next request; waits for it. */
  public Received next() throws InterruptedException {
    Received received = requests.poll(20, TimeUnit.SECONDS);
    if (received == null) {
      throw new AssertionError("no request came");
    }
    return received;
  }

  public int waiting() {
    return requests.size();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
