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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A page of another origin in a real browser: it follows a query over a WebSocket and asks for
 * labels, and reports what it got to the server that it came from.
 */
class BrowserTest {
  private static final String PAGE =
      """
      <!DOCTYPE html>
      <title>tail</title>
      <script>
        const report = (path, what) => fetch(path, {method: 'POST', body: JSON.stringify(what)});
        const lines = [];
        const socket = new WebSocket('ws://SERVER/loki/api/v1/tail?query=' +
            encodeURIComponent('{app="browser"}'));
        socket.onopen = () => report('/open', {});
        socket.onmessage = async message => {
          for (const stream of JSON.parse(message.data).streams) {
            lines.push(stream.stream.app + ' ' + stream.values[0][1]);
          }
          if (lines.length === 3) {
            const labels = await fetch('http://SERVER/loki/api/v1/labels',
                {headers: {'X-Scope-OrgID': 'fake'}});
            report('/result', {lines: lines, labels: (await labels.json()).data});
            socket.close();
          }
        };
        socket.onclose = event => report('/closed', {code: event.code, clean: event.wasClean});
      </script>
      """;

  @TempDir private Path directory;
  private final BlockingQueue<String> reports = new LinkedBlockingQueue<>();

  @Test
  void page_ofAnAllowedOrigin_followsAndReads() throws Exception {
    assumeTrue(
        RealClientsTest.installed("chromium"),
        "skipped: chromium is not installed (Debian: apt-get install chromium)");
    HttpServer pages =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String origin = "http://127.0.0.1:" + pages.getAddress().getPort();
    String settings = "limits_config: {discover_service_name: [], discover_log_levels: false}\n";
    try (SkaldProcess skald = server(origin, settings)) {
      serve(pages, PAGE.replace("SERVER", skald.address().replace("http://", "")));
      Process browser = browse(origin + "/");
      try {
        assertThat(report()).isEqualTo("/open {}");
        SkaldClient client = new SkaldClient(skald.address());
        for (int i = 1; i <= 3; i++) {
          client.push(
              "{\"app\":\"browser\"}",
              "[\"%d\",\"zeile %d ä <b>\"]".formatted(System.currentTimeMillis() * 1_000_000, i));
        }

        JsonNode result = result(report());
        assertThat(result.get("lines").valueStream().map(JsonNode::asString))
            .containsExactly(
                "browser zeile 1 ä <b>", "browser zeile 2 ä <b>", "browser zeile 3 ä <b>");
        assertThat(result.get("labels").valueStream().map(JsonNode::asString))
            .containsExactly("app");
        assertThat(report())
            .isIn(
                "/closed {\"code\":1005,\"clean\":true}", "/closed {\"code\":1000,\"clean\":true}");
      } finally {
        browser.descendants().forEach(ProcessHandle::destroyForcibly);
        browser.destroyForcibly().waitFor();
      }
    } finally {
      pages.stop(0);
    }
  }

  private SkaldProcess server(String origin, String settings) throws IOException {
    int port = SkaldProcess.freePort();
    return SkaldProcess.serve(
        Files.createDirectories(directory.resolve("server")),
        port,
        settings,
        false,
        "http_cors_allowed_origins: ['" + origin + "']");
  }

  private void serve(HttpServer pages, String page) {
    pages.createContext(
        "/",
        exchange -> {
          byte[] body = page.getBytes(StandardCharsets.UTF_8);
          if (exchange.getRequestMethod().equals("POST")) {
            String report =
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            reports.add(exchange.getRequestURI().getPath() + " " + report);
            body = new byte[0];
          }
          exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
          exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    pages.start();
  }

  private Process browse(String url) throws IOException {
    return new ProcessBuilder(
            "chromium",
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--user-data-dir=" + directory.resolve("profile"),
            url)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("chromium.log").toFile())
        .start();
  }

  private String report() throws InterruptedException, IOException {
    String report = reports.poll(60, TimeUnit.SECONDS);
    assertThat(report).as(Files.readString(directory.resolve("chromium.log"))).isNotNull();
    return report;
  }

  private static JsonNode result(String report) {
    assertThat(report).startsWith("/result ");
    return JsonMapper.shared().readTree(report.substring("/result ".length()));
  }
}
