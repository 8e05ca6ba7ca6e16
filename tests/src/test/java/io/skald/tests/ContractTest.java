package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The examples of the HTTP API's contract, endpoint by endpoint, sent to real servers. A file below
 * {@code contract} has a server's settings and what is asked of it one after the other; see {@link
 * ContractExample} for requests. What is expected:
 *
 * <pre>
 *  status: 200
 *  type: media type with parameters; none where there must be no body
 *  answer: {header: value, or absent}
 *  text: the whole body        parts: [what it must hold]       matches: an expression
 *  json: the whole body as JSON, where &lt;any&gt; stands for any value, and the name &lt;more&gt;
 *        for any further members; any-order: true lets arrays be in any order
 *  frames: [JSON of the messages of a tail, in order]    close: code and reason
 *  keep: {name: header that later requests know as @{name}}
 * </pre>
 */
class ContractTest {
  private static final Path EXAMPLES = Path.of("src/test/resources/contract");
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final List<SkaldProcess> SERVERS = new ArrayList<>();

  @TempDir private static Path directory;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /** In the past, so that every entry near it is old enough and none is too new. */
  private final Instant now =
      Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(1, ChronoUnit.MINUTES);

  @AfterAll
  static void stop() {
    SERVERS.forEach(SkaldProcess::close);
    SERVERS.clear();
  }

  @TestFactory
  Stream<DynamicTest> examples_sentToServers_areAnsweredAsWritten() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : files()) {
      JsonNode group = Yaml.read(file);
      Map<String, String> given = new HashMap<>();
      String name = String.valueOf(file.getFileName()).replace(".yaml", "");
      SkaldProcess server = start(name, group);
      for (JsonNode example : group.get("examples")) {
        String title = name + ": " + example.get("section").asString() + " " + example.get("name");
        tests.add(DynamicTest.dynamicTest(title, () -> check(server.address(), example, given)));
      }
    }
    return tests.stream();
  }

  @Test
  void routesOfTheServer_haveAnExampleEach() throws IOException {
    Set<String> targets = new TreeSet<>();
    for (Path file : files()) {
      for (JsonNode example : Yaml.read(file).get("examples")) {
        targets.add(new ContractExample(example, now, Map.of("id", "x")).path());
      }
    }
    Path document =
        SkaldProcess.root().resolve("server/src/main/resources/io/skald/server/openapi.yaml");
    List<String> missing = new ArrayList<>();
    Yaml.read(document)
        .get("paths")
        .forEachEntry((route, _) -> {
          String pattern = route.replaceAll("\\{[^}]+}", "[^/]+");
          if (targets.stream().noneMatch(target -> target.matches(pattern))) {
            missing.add(route);
          }
        });
    assertThat(missing).isEmpty();
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  private static SkaldProcess start(String name, JsonNode group) throws IOException {
    Path home = Files.createDirectory(directory.resolve(name));
    for (JsonNode file : group.path("files")) {
      Files.writeString(home.resolve(file.get("name").asString()), file.get("text").asString());
    }
    SkaldProcess server =
        SkaldProcess.serve(
            home,
            SkaldProcess.freePort(),
            group.path("settings").asString(""),
            group.path("tenants").asBoolean(false));
    SERVERS.add(server);
    return server;
  }

  private void check(String address, JsonNode example, Map<String, String> given) throws Exception {
    ContractExample request = new ContractExample(example, now, given);
    if (request.method().equals("TAIL")) {
      checkTail(address, request, example);
      return;
    }
    HttpResponse<byte[]> answer =
        http.send(request.request(address).build(), HttpResponse.BodyHandlers.ofByteArray());
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    assertThat(answer.statusCode()).as(text).isEqualTo(example.get("status").asInt());
    String type = example.path("type").asString("");
    if (type.equals("none")) {
      assertThat(text).isEmpty();
      assertThat(answer.headers().firstValue("Content-Type")).isEmpty();
    } else if (!type.isEmpty()) {
      assertThat(answer.headers().firstValue("Content-Type").orElse("").toLowerCase(Locale.ROOT))
          .isEqualTo(type.toLowerCase(Locale.ROOT));
    }
    example
        .path("answer")
        .forEachEntry((name, value) ->
            assertThat(answer.headers().firstValue(name).orElse("absent"))
                .as(name)
                .isEqualTo(request.filled(value.asString())));
    checkBody(text, request, example);
    example
        .path("keep")
        .forEachEntry((name, header) ->
            given.put(name, answer.headers().firstValue(header.asString()).orElseThrow()));
  }

  private static void checkBody(String body, ContractExample request, JsonNode example) {
    if (example.has("text")) {
      assertThat(body).isEqualTo(request.filled(example.get("text").asString()));
    }
    for (JsonNode part : example.path("parts")) {
      assertThat(body).contains(request.filled(part.asString()));
    }
    if (example.has("matches")) {
      assertThat(body).matches("(?s)" + request.filled(example.get("matches").asString()));
    }
    if (example.has("json")) {
      JsonNode expected = JSON.readTree(request.filled(example.get("json").asString()));
      boolean anyOrder = example.path("any-order").asBoolean(false);
      assertThat(equal(expected, JSON.readTree(body), anyOrder))
          .as("wanted %s, got %s", expected, body)
          .isTrue();
    }
  }

  private void checkTail(String address, ContractExample request, JsonNode example) {
    TailFollower follower = new TailFollower();
    WebSocket.Builder builder = http.newWebSocketBuilder();
    request.headers().forEach(builder::header);
    URI uri = URI.create(address.replace("http", "ws") + request.target());
    WebSocket socket;
    try {
      socket = builder.buildAsync(uri, follower).join();
    } catch (CompletionException e) {
      // The client keeps the status of a refusal, but not its text.
      if (!(e.getCause() instanceof WebSocketHandshakeException refusal)) {
        throw e;
      }
      assertThat(refusal.getResponse().statusCode()).isEqualTo(example.path("status").asInt(101));
      return;
    }
    try {
      assertThat(example.path("status").asInt(101)).isEqualTo(101);
      if (example.has("close")) {
        assertThat(follower.closed.orTimeout(20, TimeUnit.SECONDS).join())
            .isEqualTo(request.filled(example.get("close").asString()));
      }
      int count = example.path("frames").size();
      Awaitility.await().until(() -> follower.received().size() >= count);
      for (int i = 0; i < count; i++) {
        String frame = request.filled(example.get("frames").get(i).asString());
        assertThat(follower.received().get(i)).isEqualTo(JSON.readTree(frame));
      }
    } finally {
      socket.abort();
    }
  }

  private static boolean equal(JsonNode expected, JsonNode actual, boolean anyOrder) {
    if (expected.isString() && expected.asString().equals("<any>")) {
      return true;
    }
    if (expected.isObject()) {
      return actual.isObject() && equalObjects(expected, actual, anyOrder);
    }
    if (!expected.isArray()) {
      return expected.equals(actual);
    }
    if (!actual.isArray() || actual.size() != expected.size()) {
      return false;
    }
    List<JsonNode> left = new ArrayList<>();
    actual.forEach(left::add);
    for (JsonNode element : expected) {
      JsonNode match =
          anyOrder
              ? left.stream().filter(each -> equal(element, each, true)).findFirst().orElse(null)
              : left.getFirst();
      if (match == null || !equal(element, match, anyOrder)) {
        return false;
      }
      left.remove(match);
    }
    return true;
  }

  private static boolean equalObjects(JsonNode expected, JsonNode actual, boolean anyOrder) {
    boolean more = expected.has("<more>");
    if (!more && expected.size() != actual.size()) {
      return false;
    }
    for (Map.Entry<String, JsonNode> member : expected.properties()) {
      JsonNode value = actual.get(member.getKey());
      boolean marker = member.getKey().equals("<more>");
      if (!marker && (value == null || !equal(member.getValue(), value, anyOrder))) {
        return false;
      }
    }
    return true;
  }
}
