package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Collects what a tail sends. */
final class TailFollower implements WebSocket.Listener {
  private static final JsonMapper JSON = JsonMapper.shared();

  final List<JsonNode> messages = new ArrayList<>();
  final CompletableFuture<String> closed = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();

  @Override
  public synchronized @Nullable CompletionStage<?> onText(
      WebSocket socket, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      messages.add(JSON.readTree(text.toString()));
      text.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
    closed.complete(status + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    closed.complete(String.valueOf(error));
  }

  /** Returns the messages so far. */
  synchronized List<JsonNode> received() {
    return List.copyOf(messages);
  }

  synchronized List<JsonNode> streams() {
    List<JsonNode> streams = new ArrayList<>();
    messages.forEach(message -> message.get("streams").forEach(streams::add));
    return streams;
  }

  List<String> lines() {
    return streams().stream().map(stream -> stream.get("values").get(0).get(1).asString()).toList();
  }

  List<String> awaitLines(int count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> lines().size() >= count || closed.isDone());
    assertThat(closed).as("closed: " + closed.getNow("")).isNotDone();
    return lines();
  }
}
