package io.skald.agent.discovery.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListMetaBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceListBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeListBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.Dispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The part of an API server that discovery asks, over a real socket: lists and watches with field
 * selectors, versions, and the troubles of real ones.
 */
public final class FakeCluster implements AutoCloseable {
  private static final int GONE = 410;

  private final MockWebServer server = new MockWebServer();
  private final List<String> requests = new ArrayList<>();
  private final List<String> authorizations = new ArrayList<>();
  private final Map<String, HasMetadata> objects = new TreeMap<>();
  private final List<Change> history = new ArrayList<>();
  private final Map<WebSocket, Map<String, String>> watches = new LinkedHashMap<>();
  private long version = 100;
  private long oldestVersion;
  private int failures;
  private Duration delay = Duration.ZERO;

  private record Change(long version, String type, HasMetadata object) {}

  public FakeCluster() throws Exception {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return answer(request);
          }
        });
    server.start(InetAddress.getByName("127.0.0.1"), 0);
  }

  /** Returns a configuration that asks this cluster, and looks at no logs that pods left. */
  public KubernetesSdConfig config() {
    return config("");
  }

  /**
   * Returns a configuration that asks this cluster.
   *
   * @param podLogs the directory of the logs of pods
   */
  KubernetesSdConfig config(String podLogs) {
    KubernetesSdConfig defaults = KubernetesSdConfig.DEFAULTS;
    return new KubernetesSdConfig(
        "pod",
        url(),
        "",
        defaults.access(),
        defaults.namespaces(),
        defaults.selectors(),
        defaults.attachMetadata(),
        podLogs);
  }

  String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** Adds or replaces an object. */
  public synchronized void put(HasMetadata object) {
    String type = objects.put(key(object), object) == null ? "ADDED" : "MODIFIED";
    change(type, object);
  }

  public synchronized void remove(HasMetadata object) {
    objects.remove(key(object));
    change("DELETED", object);
  }

  /** Removes an object without telling any watch, as happens while connections are broken. */
  synchronized void removeUnseen(HasMetadata object) {
    objects.remove(key(object));
    version++;
    oldestVersion = version;
  }

  /** Ends all watches; those that come back are told that their version is too old. */
  synchronized void forgetHistory() {
    oldestVersion = ++version;
    history.clear();
    breakWatches();
  }

  /** Ends all watches without a word on the contents. */
  synchronized void breakWatches() {
    for (WebSocket watch : List.copyOf(watches.keySet())) {
      watch.close(1001, "going away");
    }
    watches.clear();
  }

  /** Tells every watch inside the stream that its version is gone, as API servers do. */
  synchronized void sendGone() {
    oldestVersion = ++version;
    history.clear();
    for (WebSocket watch : List.copyOf(watches.keySet())) {
      watch.send(
          "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":"
              + "\"Failure\",\"reason\":\"Expired\",\"message\":\"too old\",\"code\":410}}");
    }
  }

  /** The next requests are answered with 500. */
  synchronized void failNext(int count) {
    failures = count;
  }

  /** Every answer takes so long. */
  synchronized void setDelay(Duration changed) {
    delay = changed;
  }

  synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  synchronized List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  synchronized int watchCount() {
    return watches.size();
  }

  @Override
  public void close() {
    server.shutdown();
  }

  private synchronized MockResponse answer(RecordedRequest request) {
    requests.add(request.getPath());
    authorizations.add(String.valueOf(request.getHeader("Authorization")));
    if (failures > 0) {
      failures--;
      return new MockResponse().setResponseCode(500).setBody("{}");
    }
    int question = request.getPath().indexOf('?');
    String path = question < 0 ? request.getPath() : request.getPath().substring(0, question);
    Map<String, String> query =
        query(question < 0 ? "" : request.getPath().substring(question + 1));
    query.put("path", path);
    if ("true".equals(query.get("watch"))) {
      return watch(query);
    }
    MockResponse answer = json(list(query));
    return delay.isPositive() ? answer.setBodyDelay(delay) : answer;
  }

  private MockResponse watch(Map<String, String> query) {
    long from = Long.parseLong(query.getOrDefault("resourceVersion", "0"));
    if (from < oldestVersion) {
      return new MockResponse()
          .setResponseCode(GONE)
          .setBody("{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":410}");
    }
    return new MockResponse()
        .withWebSocketUpgrade(
            new WebSocketListener() {
              @Override
              public void onOpen(WebSocket socket, Response response) {
                open(socket, query, from);
              }

              @Override
              public void onClosed(WebSocket socket, int code, String reason) {
                forget(socket);
              }
            });
  }

  private synchronized void open(WebSocket socket, Map<String, String> query, long from) {
    watches.put(socket, query);
    for (Change change : history) {
      if (change.version > from && matches(change.object, query)) {
        socket.send(event(change));
      }
    }
  }

  private synchronized void forget(WebSocket socket) {
    watches.remove(socket);
  }

  private void change(String type, HasMetadata object) {
    version++;
    object.getMetadata().setResourceVersion(Long.toString(version));
    Change change = new Change(version, type, object);
    history.add(change);
    watches.forEach((socket, query) -> {
      if (matches(object, query)) {
        socket.send(event(change));
      }
    });
  }

  private static String event(Change change) {
    return "{\"type\":\""
        + change.type
        + "\",\"object\":"
        + Serialization.asJson(change.object)
        + "}";
  }

  private KubernetesResourceList<? extends HasMetadata> list(Map<String, String> query) {
    var meta = new ListMetaBuilder().withResourceVersion(Long.toString(version)).build();
    List<HasMetadata> matching =
        objects.values().stream().filter(object -> matches(object, query)).toList();
    String path = query.getOrDefault("path", "");
    if (path.endsWith("/nodes")) {
      return new NodeListBuilder()
          .withMetadata(meta)
          .withItems(matching.stream().map(Node.class::cast).toList())
          .build();
    }
    if (path.endsWith("/namespaces")) {
      return new NamespaceListBuilder()
          .withMetadata(meta)
          .withItems(matching.stream().map(Namespace.class::cast).toList())
          .build();
    }
    return new PodListBuilder()
        .withMetadata(meta)
        .withItems(matching.stream().map(Pod.class::cast).toList())
        .build();
  }

  private static boolean matches(HasMetadata object, Map<String, String> query) {
    String path = query.getOrDefault("path", "");
    String plural = object.getKind().toLowerCase(java.util.Locale.ROOT) + "s";
    String namespace = object.getMetadata().getNamespace();
    if (!path.equals("/api/v1/" + plural)
        && !path.equals("/api/v1/namespaces/" + namespace + "/" + plural)) {
      return false;
    }
    for (String term : query.getOrDefault("fieldSelector", "").split(",", -1)) {
      String[] pair = term.split("!?=", 2);
      boolean wanted = !term.contains("!=");
      if (!term.isEmpty() && pair[1].equals(field(object, pair[0])) != wanted) {
        return false;
      }
    }
    for (String term : query.getOrDefault("labelSelector", "").split(",", -1)) {
      String[] pair = term.split("=", 2);
      if (!term.isEmpty() && !pair[1].equals(object.getMetadata().getLabels().get(pair[0]))) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String field(HasMetadata object, String name) {
    return switch (name) {
      case "metadata.name" -> object.getMetadata().getName();
      case "spec.nodeName" -> object instanceof Pod pod ? pod.getSpec().getNodeName() : null;
      case "status.phase" -> object instanceof Pod pod ? pod.getStatus().getPhase() : null;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static MockResponse json(Object body) {
    return new MockResponse()
        .setResponseCode(200)
        .setHeader("Content-Type", "application/json")
        .setBody(Serialization.asJson(body));
  }

  private static Map<String, String> query(String text) {
    Map<String, String> query = new TreeMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        query.put(
            pair.substring(0, equals),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return query;
  }

  private static String key(HasMetadata object) {
    return object.getKind() + "/" + object.getMetadata().getUid();
  }
}
