package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.server.Logging;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows a query of which three ingesters have the entries. */
class ClusterTailTest {
  private static final String QUERY = "{app=\"buoy\"}";

  @TempDir Path directory;

  @BeforeAll
  static void quiet() {
    Logging.configure("error", new PrintStream(PrintStream.nullOutputStream(), false));
  }

  private static void push(SkaldClient client, String line) {
    long now = System.currentTimeMillis() * 1_000_000;
    client.push("{\"app\":\"buoy\"}", "[\"" + now + "\",\"" + line + "\"]");
  }

  @Test
  void tail_threeCopies_showsEachLineOnce() throws Exception {
    try (LoopbackCluster cluster = new LoopbackCluster(directory, "auth_enabled: false\n")) {
      SkaldClient client = new SkaldClient(cluster.address());
      push(client, "before");
      TailFollower follower = new TailFollower();
      String path = "/loki/api/v1/tail?query=" + URLEncoder.encode(QUERY, StandardCharsets.UTF_8);
      WebSocket socket =
          HttpClient.newHttpClient()
              .newWebSocketBuilder()
              .buildAsync(URI.create(cluster.address().replace("http", "ws") + path), follower)
              .join();
      assertThat(follower.awaitLines(1)).containsExactly("before");
      for (int i = 1; i <= 5; i++) {
        push(client, "line " + i);
        follower.awaitLines(1 + i);
      }

      cluster.stopIngester();
      push(client, "without one");

      assertThat(follower.awaitLines(7))
          .containsExactly(
              "before", "line 1", "line 2", "line 3", "line 4", "line 5", "without one");
      socket.abort();
    }
  }
}
