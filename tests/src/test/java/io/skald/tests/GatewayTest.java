package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real nginx, with the gateway's file, in front of three that tell who they are. */
class GatewayTest {
  @TempDir private Path directory;

  private static HttpServer role(String name) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] answer = name.getBytes(StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String at(HttpServer role) {
    return "127.0.0.1:" + role.getAddress().getPort();
  }

  @Test
  void paths_all_reachTheirRole() throws Exception {
    assumeTrue(
        RealClientsTest.installed("nginx"),
        "skipped: nginx is not installed (Debian: apt-get install nginx-light)");
    HttpServer distributor = role("distributor");
    HttpServer querier = role("querier");
    HttpServer backend = role("backend");
    int port = SkaldProcess.freePort();
    String file =
        Files.readString(SkaldProcess.root().resolve("deploy/gateway/default.conf.template"))
            .replace("${NGINX_LOCAL_RESOLVERS}", "127.0.0.1")
            .replace("${DISTRIBUTOR}", at(distributor))
            .replace("${QUERIER}", at(querier))
            .replace("${BACKEND}", at(backend))
            .replace("listen 8080;", "listen 127.0.0.1:" + port + ";");
    assertThat(file).doesNotContain("${");
    Files.writeString(directory.resolve("default.conf"), file);
    Files.writeString(
        directory.resolve("nginx.conf"),
        """
        daemon off;
        pid %1$s/nginx.pid;
        events {}
        http {
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          include %1$s/default.conf;
        }
        """
            .formatted(directory));
    Process nginx =
        new ProcessBuilder(
                "nginx", "-e", "stderr", "-c", directory.resolve("nginx.conf").toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("nginx.log").toFile())
            .start();
    try {
      SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> client.get("/healthz").status() == 200);
      Map<String, String> answers = new LinkedHashMap<>();
      for (String path :
          new String[] {
            "/loki/api/v1/push",
            "/api/prom/push",
            "/otlp/v1/logs",
            "/loki/api/v1/query_range",
            "/loki/api/v1/tail",
            "/loki/api/v1/label/app/values",
            "/api/prom/query",
            "/skald/api/v1/explain",
            "/loki/api/v1/rules",
            "/loki/api/v1/rules/ns/group",
            "/api/prom/rules",
            "/prometheus/api/v1/rules",
            "/prometheus/api/v1/alerts",
            "/loki/api/v1/delete",
          }) {
        answers.put(path, client.get(path, "query", "{a=\"b\"}").text());
      }

      assertThat(answers.values())
          .containsExactly(
              "distributor",
              "distributor",
              "distributor",
              "querier",
              "querier",
              "querier",
              "querier",
              "querier",
              "backend",
              "backend",
              "backend",
              "backend",
              "backend",
              "backend");
      assertThat(client.get("/flush").status()).isEqualTo(404);
    } finally {
      nginx.destroy();
      nginx.waitFor();
      distributor.stop(0);
      querier.stop(0);
      backend.stop(0);
    }
  }
}
