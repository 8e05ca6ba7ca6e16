package io.skald.tests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a server, and keeps answers to itself as long as it is told to: the
 * server has done what was asked, and the client never hears of it.
 */
final class SilentProxy implements AutoCloseable {
  private static final List<String> PASSED_ON =
      List.of("Content-Type", "X-Scope-OrgID", "X-Skald-Batch");

  /** A request that came by, and the server's answer. */
  record Passed(@Nullable String batchKey, int status, boolean told) {}

  private final String server;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<Passed> passed = new CopyOnWriteArrayList<>();
  private volatile boolean silent = true;

  SilentProxy(String server) throws IOException {
    this.server = server;
    this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/", this::pass);
    http.start();
  }

  String address() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /** From now on answers go through. */
  void speak() {
    silent = false;
  }

  /** Returns what the server has answered so far. */
  List<Passed> passed() {
    return List.copyOf(passed);
  }

  private void pass(HttpExchange exchange) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + exchange.getRequestURI()))
            .POST(HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
    for (String header : PASSED_ON) {
      String value = exchange.getRequestHeaders().getFirst(header);
      if (value != null) {
        request.header(header, value);
      }
    }
    try {
      HttpResponse<byte[]> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      boolean told = !silent;
      if (told) {
        exchange.sendResponseHeaders(answer.statusCode(), -1);
      }
      passed.add(
          new Passed(
              exchange.getRequestHeaders().getFirst("X-Skald-Batch"), answer.statusCode(), told));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close(); // of a silent one the client sees the connection end
    }
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
    client.close();
  }
}
