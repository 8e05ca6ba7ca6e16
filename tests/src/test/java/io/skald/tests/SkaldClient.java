package io.skald.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to a running server as any Loki client would. */
final class SkaldClient {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int PAGE = 5000;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final String address;
  private final String tenant;

  SkaldClient(String address) {
    this(address, "");
  }

  private SkaldClient(String address, String tenant) {
    this.address = address;
    this.tenant = tenant;
  }

  String address() {
    return address;
  }

  /** Returns a client that names its tenant. */
  SkaldClient as(String name) {
    return new SkaldClient(address, name);
  }

  record Answer(int status, String contentType, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    JsonNode json() {
      return JSON.readTree(body);
    }
  }

  record Entry(long timestampNanos, String line) {}

  /** A query that was not answered with 200. */
  static final class RefusedException extends RuntimeException {
    private final int status;

    private RefusedException(int status, String message) {
      super(status + " " + message);
      this.status = status;
    }

    /** Returns whether the same query may be answered later. */
    boolean isTemporary() {
      return status / 100 == 5 || status == 429;
    }
  }

  Answer get(String path, String... parameters) {
    StringBuilder url = new StringBuilder(address).append(path);
    for (int i = 0; i < parameters.length; i += 2) {
      url.append(i == 0 ? '?' : '&')
          .append(encode(parameters[i]))
          .append('=')
          .append(encode(parameters[i + 1]));
    }
    return send(HttpRequest.newBuilder(URI.create(url.toString())).GET());
  }

  Answer post(String path, String contentType, byte[] body) {
    return send(
        HttpRequest.newBuilder(URI.create(address + path))
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  /**
   * Pushes entries of one stream.
   *
   * @param labels as a JSON object
   * @param values as the elements of a JSON array
   */
  void push(String labels, CharSequence values) {
    String body = "{\"streams\":[{\"stream\":" + labels + ",\"values\":[" + values + "]}]}";
    Answer answer =
        post("/loki/api/v1/push", "application/json", body.getBytes(StandardCharsets.UTF_8));
    if (answer.status() != 204) {
      throw new AssertionError("push: " + answer.status() + " " + answer.text());
    }
  }

  /** Returns the value of a metric without labels. */
  int metric(String name) {
    for (String line : get("/metrics").text().split("\n")) {
      if (line.startsWith(name + " ")) {
        return (int) Double.parseDouble(line.substring(name.length()));
      }
    }
    throw new AssertionError("no metric " + name);
  }

  Answer send(HttpRequest.Builder request) {
    if (!tenant.isEmpty()) {
      request.header("X-Scope-OrgID", tenant);
    }
    try {
      HttpResponse<byte[]> response =
          http.send(
              request.timeout(Duration.ofSeconds(120)).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Returns all entries of a log query, oldest first, page by page as logcli does. */
  List<Entry> entries(String query, long startNanos, long endNanos) {
    List<Entry> result = new ArrayList<>();
    long from = startNanos;
    while (true) {
      List<Entry> page = page(query, from, endNanos);
      List<Entry> fresh = withoutSeen(result, page, from);
      result.addAll(fresh);
      if (page.size() < PAGE) {
        return result;
      }
      if (fresh.isEmpty()) {
        throw new AssertionError("more than " + PAGE + " entries at one timestamp: " + from);
      }
      from = page.getLast().timestampNanos();
    }
  }

  /** A page starts at the last timestamp of the page before; drops what was seen there. */
  private static List<Entry> withoutSeen(List<Entry> seen, List<Entry> page, long from) {
    List<Entry> fresh = new ArrayList<>(page);
    for (int i = seen.size() - 1; i >= 0 && seen.get(i).timestampNanos() == from; i--) {
      fresh.remove(seen.get(i));
    }
    return fresh;
  }

  private List<Entry> page(String query, long startNanos, long endNanos) {
    JsonNode result = range(query, startNanos, endNanos, "3600");
    List<Entry> entries = new ArrayList<>();
    for (JsonNode stream : result) {
      long last = Long.MIN_VALUE;
      for (JsonNode value : stream.get("values")) {
        Entry entry = new Entry(Long.parseLong(value.get(0).asString()), value.get(1).asString());
        if (entry.timestampNanos() < last) {
          throw new AssertionError(query + ": a stream is out of order at " + entry);
        }
        last = entry.timestampNanos();
        entries.add(entry);
      }
    }
    entries.sort(java.util.Comparator.comparingLong(Entry::timestampNanos));
    return entries;
  }

  /**
   * Returns what a metric range query of at most one series says, by the time of the step in
   * nanoseconds; no step without a value.
   */
  Map<Long, Double> values(String query, long startNanos, long endNanos, long stepNanos) {
    String step = BigDecimal.valueOf(stepNanos, 9).toPlainString();
    JsonNode result = range(query, startNanos, endNanos, step);
    if (result.size() > 1) {
      throw new AssertionError(query + ": " + result.size() + " series");
    }
    Map<Long, Double> values = new TreeMap<>();
    for (JsonNode series : result) {
      for (JsonNode value : series.get("values")) {
        long nanos = value.get(0).decimalValue().movePointRight(9).longValueExact();
        values.put(nanos, Double.valueOf(value.get(1).asString()));
      }
    }
    return values;
  }

  /** Returns the result of a range query. */
  private JsonNode range(String query, long startNanos, long endNanos, String step) {
    Answer answer =
        get(
            "/loki/api/v1/query_range",
            "query",
            query,
            "start",
            Long.toString(startNanos),
            "end",
            Long.toString(endNanos),
            "limit",
            Integer.toString(PAGE),
            "direction",
            "forward",
            "step",
            step);
    if (answer.status() != 200) {
      throw new RefusedException(answer.status(), query + ": " + answer.text());
    }
    return answer.json().get("data").get("result");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
