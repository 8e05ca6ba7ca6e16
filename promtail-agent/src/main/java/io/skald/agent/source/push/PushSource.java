package io.skald.agent.source.push;

import io.skald.agent.source.NoRoomException;
import io.skald.agent.source.Source;
import io.skald.agent.source.SourceContext;
import io.skald.agent.source.SourceEntry;
import io.skald.agent.source.SourceSink;
import io.skald.agent.tail.SourceStatus;
import io.skald.common.http.Guard;
import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.HttpServer;
import io.skald.common.http.HttpServerConfig;
import io.skald.common.http.Permission;
import io.skald.common.http.RequestObserver;
import io.skald.common.http.Router;
import io.skald.common.model.Labels;
import io.skald.common.push.DecodeBudget;
import io.skald.common.push.DecodedPush;
import io.skald.common.push.LabelSyntaxException;
import io.skald.common.push.LabelTextParser;
import io.skald.common.push.PushDecodeException;
import io.skald.common.push.PushDecoder;
import io.skald.common.tls.ServerTls;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the pushes of one job. A push is answered 204 when its entries are in the journal of every
 * client, so whoever pushed it may forget it.
 */
public final class PushSource implements Source {
  private static final Logger log = LoggerFactory.getLogger(PushSource.class);
  private static final String KIND = "push";

  /** The label by which the sender knows whose an entry is. */
  private static final String TENANT = "__tenant_id__";

  private static final Pattern TENANT_NAME = Pattern.compile("[A-Za-z0-9!_.*'()-]{1,150}");

  /** Rows cost more memory than their bytes. */
  private static final int MAX_ROWS = 2_000_000;

  /** How long a push waits until there is room for it. */
  private static final Duration ROOM_PATIENCE = Duration.ofSeconds(5);

  /** How long it waits until its entries are durable; agents give up after 10 s by default. */
  private static final Duration DURABLE_PATIENCE = Duration.ofSeconds(30);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);
  private static final int BAD_REQUEST = 400;
  private static final int NO_CONTENT = 204;
  private static final int UNAVAILABLE = 503;

  private final PushConfig config;
  private final SourceContext context;
  private final PushDecoder decoder;
  private final DecodeBudget budget;
  private final HttpServer server;
  private volatile boolean started;
  private volatile boolean stopping;

  /**
   * @throws IllegalArgumentException if a file of TLS is no good
   */
  public PushSource(PushConfig config, SourceContext context) {
    this.config = config;
    this.context = context;
    this.decoder = new PushDecoder(config.maxSendMsgSize(), MAX_ROWS);
    this.budget = new DecodeBudget(2 * config.maxSendMsgSize(), "loki_push_api.max_send_msg_size");
    Router router =
        new Router()
            .push("/loki/api/v1/push", this::push, config.maxSendMsgSize())
            .push("/promtail/api/v1/raw", this::raw, config.maxSendMsgSize())
            .get("/ready", Permission.OPEN, _ -> HttpResponse.text(200, "ready\n"));
    ServerTls tls =
        config.server().httpTlsConfig().isEnabled()
            ? new ServerTls(
                config.server().httpTlsConfig(), "", "", context.reloads(), context.clock())
            : null;
    this.server =
        new HttpServer(
            http(config), router, Guard.NONE, tls, RequestObserver.NONE, context.clock());
  }

  private static HttpServerConfig http(PushConfig config) {
    HttpServerConfig defaults = HttpServerConfig.DEFAULTS;
    PushConfig.Listener listener = config.server();
    return new HttpServerConfig(
        listener.httpListenAddress(),
        listener.httpListenPort(),
        defaults.maxHeaderBytes(),
        defaults.maxHeaders(),
        listener.httpServerIdleTimeout(),
        defaults.readHeaderTimeout(),
        listener.httpServerReadTimeout(),
        listener.httpServerWriteTimeout(),
        defaults.handshakeTimeout(),
        defaults.maxConnections(),
        defaults.maxConnectionsPerAddress(),
        2 * config.maxSendMsgSize(),
        List.of(),
        false);
  }

  @Override
  public void start() {
    try {
      server.start();
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          "job '" + context.labels().job() + "': loki_push_api " + e.getMessage(), e);
    }
    started = true;
    log.info("job {}: taking pushes on port {}", context.labels().job(), server.port());
  }

  @Override
  public SourceStatus status() {
    boolean listening = started && !stopping;
    PushConfig.Listener listener = config.server();
    String host = listener.httpListenAddress();
    return new SourceStatus(
        context.labels().job(),
        "loki_push_api",
        "HTTP " + (host.isEmpty() ? "*" : host) + ":" + (started ? server.port() : 0),
        listening,
        listening ? "listening" : "not listening");
  }

  /** Requests that wait are still answered; new ones are sent elsewhere, or later. */
  @Override
  public void stopTaking() {
    stopping = true;
  }

  @Override
  public void close() {
    stopping = true;
    server.close(CLOSE_PATIENCE);
  }

  private HttpResponse push(HttpRequest request) {
    try (DecodeBudget.Lease lease = budget.lease()) {
      DecodedPush decoded =
          decoder.decode(
              request.header("Content-Type"),
              request.header("Content-Encoding"),
              request.body(),
              PushDecoder.Dialect.CURRENT,
              lease);
      Map<String, String> forwarded = forwarded(request.header("X-Scope-OrgID"));
      List<SourceEntry> entries = new ArrayList<>(decoded.entryCount());
      String problem = "";
      for (int stream = 0; stream < decoded.streamCount(); stream++) {
        try {
          addStream(decoded, stream, forwarded, entries);
        } catch (LabelSyntaxException e) {
          problem = String.valueOf(e.getMessage()); // of the others nothing is lost
        }
      }
      HttpResponse answer = take(entries);
      return answer.status() == NO_CONTENT && !problem.isEmpty()
          ? refused(BAD_REQUEST, problem)
          : answer;
    } catch (PushDecodeException e) {
      return refused(e.status(), String.valueOf(e.getMessage()));
    }
  }

  /** Lines of text; they have the labels of the job, which no rule changes. */
  private HttpResponse raw(HttpRequest request) {
    try (DecodeBudget.Lease lease = budget.lease()) {
      byte[] text = decoder.decodeText(request.header("Content-Encoding"), request.body(), lease);
      Labels.Builder labels = Labels.builder();
      config
          .labels()
          .forEach((name, value) -> {
            if (!name.startsWith("__")) {
              labels.set(name, value);
            }
          });
      forwarded(request.header("X-Scope-OrgID")).forEach(labels::set);
      Labels all = labels.build();
      List<SourceEntry> entries = new ArrayList<>();
      int start = 0;
      while (start < text.length) {
        int newline = start;
        while (newline < text.length && text[newline] != '\n') {
          newline++;
        }
        int end = newline > start && text[newline - 1] == '\r' ? newline - 1 : newline;
        if (end > start) {
          byte[] line = Arrays.copyOfRange(text, start, end);
          entries.add(new SourceEntry(all, SourceSink.TIME_OF_READING, line, Labels.EMPTY));
        }
        start = newline + 1;
      }
      return take(entries);
    } catch (PushDecodeException e) {
      return refused(e.status(), String.valueOf(e.getMessage()));
    }
  }

  private Map<String, String> forwarded(@Nullable String tenant) {
    if (!config.forwardTenant() || Objects.requireNonNullElse(tenant, "").isEmpty()) {
      return Map.of();
    }
    if (!TENANT_NAME.matcher(tenant).matches()) {
      throw new PushDecodeException(BAD_REQUEST, "X-Scope-OrgID is no tenant: " + tenant);
    }
    return Map.of(TENANT, tenant);
  }

  private void addStream(
      DecodedPush push, int stream, Map<String, String> forwarded, List<SourceEntry> entries) {
    Map<String, String> told = new HashMap<>();
    int start = push.labelStart(stream);
    int length = push.labelLength(stream);
    if (length > 0) {
      LabelTextParser.parse(push.area(), start, start + length)
          .forEach(pair -> told.put(pair.name(), pair.value()));
    }
    told.putAll(config.labels());
    Optional<Labels> relabelled = context.labels().of(told);
    if (relabelled.isEmpty()) {
      return; // a rule drops this stream
    }
    Labels.Builder builder = relabelled.get().toBuilder();
    forwarded.forEach(builder::set);
    Labels labels = builder.build();
    for (int e = push.firstEntry(stream); e < push.firstEntry(stream + 1); e++) {
      int from = push.lineStart(e);
      entries.add(
          new SourceEntry(
              labels,
              config.useIncomingTimestamp() ? push.timestamp(e) : SourceSink.TIME_OF_READING,
              Arrays.copyOfRange(push.area(), from, from + push.lineLength(e)),
              metadata(push, e)));
    }
  }

  private static Labels metadata(DecodedPush push, int entry) {
    int first = push.firstPair(entry);
    int end = push.firstPair(entry + 1);
    if (first == end) {
      return Labels.EMPTY;
    }
    Labels.Builder metadata = Labels.builder();
    for (int pair = first; pair < end; pair++) {
      metadata.set(
          text(push, push.nameStart(pair), push.nameLength(pair)),
          text(push, push.valueStart(pair), push.valueLength(pair)));
    }
    return metadata.build();
  }

  private static String text(DecodedPush push, int from, int length) {
    return new String(push.area(), from, length, StandardCharsets.UTF_8);
  }

  /** Gives the entries to all clients and waits until they are durable. */
  private HttpResponse take(List<SourceEntry> entries) {
    if (stopping) {
      return refused(UNAVAILABLE, "the agent is stopping; send this push again");
    }
    if (entries.isEmpty()) {
      return HttpResponse.empty(NO_CONTENT);
    }
    try {
      CompletableFuture<Void> durable =
          context.outlet().giveDurably(context.labels().job(), entries, ROOM_PATIENCE);
      durable.get(DURABLE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      context.counters().add(KIND, "entries", entries.size());
      return HttpResponse.empty(NO_CONTENT);
    } catch (NoRoomException _) {
      return refused(
          UNAVAILABLE, "the server of this agent takes nothing; send this push again later");
    } catch (TimeoutException | ExecutionException | CancellationException _) {
      return refused(UNAVAILABLE, "the entries could not be made durable; send this push again");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return refused(UNAVAILABLE, "the agent is stopping; send this push again");
    }
  }

  private HttpResponse refused(int status, String message) {
    context.counters().add(KIND, "refused", 1);
    HttpResponse answer = HttpResponse.error(status, message + "\n");
    return status == UNAVAILABLE ? answer.withHeader("Retry-After", "5") : answer;
  }
}
