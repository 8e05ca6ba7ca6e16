package io.skald.server;

import io.skald.agent.AgentConfig;
import io.skald.agent.AgentServerConfig;
import io.skald.agent.AgentStatus;
import io.skald.agent.DiscoveredTarget;
import io.skald.agent.tail.FileStatus;
import io.skald.agent.tail.SourceStatus;
import io.skald.common.config.ConfigWriter;
import io.skald.common.http.HttpHandler;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an agent tells about itself, and {@code /reload}. */
final class AgentPages {
  private static final Logger LOG = LoggerFactory.getLogger(AgentPages.class);

  /** A page of more rows helps nobody, and costs memory. */
  private static final int MAX_ROWS = 10_000;

  private static final String[] FILE_HEADS = {
    "Client", "Job", "Path", "Read", "Size", "Unread", "Behind", "State"
  };
  private static final String[] SOURCE_HEADS = {"Client", "Job", "Source", "Where", "State"};
  private static final String[] TARGET_HEADS = {"Job", "State", "Found labels", "Labels"};

  private final AgentServerConfig server;
  private final Supplier<AgentConfig> config;
  private final Supplier<AgentStatus> status;
  private final Supplier<HttpResponse> metrics;
  private final Runnable reload;

  /**
   * @param server as it was when the port was opened
   * @param reload reads the file again; throws if that fails
   */
  AgentPages(
      AgentServerConfig server,
      Supplier<AgentConfig> config,
      Supplier<AgentStatus> status,
      Supplier<HttpResponse> metrics,
      Runnable reload) {
    this.server = server;
    this.config = config;
    this.status = status;
    this.metrics = metrics;
    this.reload = reload;
  }

  void register(Router router) {
    String prefix = server.httpPathPrefix();
    HttpResponse toTargets =
        HttpResponse.empty(302).withHeader("Location", externalPath() + "/targets");
    get(router, prefix + "/", _ -> toTargets);
    if (!prefix.isEmpty()) {
      get(router, prefix, _ -> toTargets);
    }
    get(router, prefix + "/ready", _ -> ready());
    get(router, prefix + "/targets", _ -> targets());
    get(router, prefix + "/service-discovery", _ -> discovered());
    get(router, prefix + "/config", _ -> HttpResponse.text(200, ConfigWriter.yaml(config.get())));
    if (server.registerInstrumentation()) {
      get(router, prefix + "/metrics", _ -> metrics.get());
    }
    if (server.enableRuntimeReload()) {
      get(router, prefix + "/reload", _ -> reloaded());
      router.post(prefix + "/reload", Permission.ADMIN, _ -> reloaded());
    }
  }

  private static void get(Router router, String path, HttpHandler handler) {
    router.get(path, Permission.OPEN, handler);
  }

  private String externalPath() {
    return server.externalUrl().isEmpty()
        ? server.httpPathPrefix()
        : server.externalUrl().replaceAll("/+$", "");
  }

  private HttpResponse ready() {
    boolean ready =
        !server.healthCheckTarget()
            || status.get().clients().stream().anyMatch(AgentStatus.ClientStatus::ready);
    return ready
        ? HttpResponse.text(200, "Ready\n")
        : HttpResponse.error(
            500, "Not ready: nothing is followed yet; /service-discovery and /targets tell why\n");
  }

  private HttpResponse reloaded() {
    try {
      reload.run();
      return HttpResponse.text(200, "The configuration is in force.\n");
    } catch (RuntimeException e) {
      LOG.error("the configuration cannot be taken over: {}", e.getMessage());
      return HttpResponse.error(
          500,
          "The configuration cannot be taken over, the old one stays: " + e.getMessage() + "\n");
    }
  }

  private HttpResponse targets() {
    List<String[]> rows = new ArrayList<>();
    List<String[]> sources = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    for (AgentStatus.ClientStatus client : status.get().clients()) {
      body.append("<p>").append(Html.text(summary(client))).append("</p>\n");
      for (FileStatus file : client.files()) {
        if (rows.size() < MAX_ROWS) {
          rows.add(
              new String[] {
                client.name(),
                file.job(),
                file.path(),
                Long.toString(file.readBytes()),
                Long.toString(file.sizeBytes()),
                Long.toString(file.lagBytes()),
                file.behindMillis() / 1000 + " s",
                file.rotated() ? "rotated" : "followed"
              });
        }
      }
      client.sources().stream()
          .limit(MAX_ROWS - sources.size())
          .forEach(source -> sources.add(row(client.name(), source)));
    }
    body.append(Html.table(FILE_HEADS, rows));
    if (!sources.isEmpty()) {
      body.append(Html.table(SOURCE_HEADS, sources));
    }
    return Html.page("Targets", body.toString());
  }

  private static String[] row(String client, SourceStatus source) {
    return new String[] {client, source.job(), source.kind(), source.where(), source.state()};
  }

  private static String summary(AgentStatus.ClientStatus client) {
    return "Client %s to %s: %d files, %d bytes unread, %d batches on disk (%d bytes), %d entries sent, %d given up%s"
        .formatted(
            client.name(),
            client.url(),
            client.files().size(),
            client.lagBytes(),
            client.buffered().batches(),
            client.buffered().bytes(),
            client.entriesSent(),
            client.entriesDropped(),
            client.lastFailure().isEmpty() ? "" : "; last attempt: " + client.lastFailure());
  }

  private HttpResponse discovered() {
    List<String[]> rows = new ArrayList<>();
    status.get().clients().stream()
        .limit(1) // all find the same
        .flatMap(client -> client.targets().stream())
        .limit(MAX_ROWS)
        .forEach(target -> rows.add(row(target)));
    return Html.page("Service discovery", Html.table(TARGET_HEADS, rows));
  }

  private static String[] row(DiscoveredTarget target) {
    return new String[] {
      target.job(),
      target.isFollowed() ? "followed" : target.reason() + ": " + target.why(),
      labels(target.labels()),
      labels(target.relabelled())
    };
  }

  private static String labels(Map<String, String> labels) {
    return new TreeMap<>(labels).toString();
  }
}
