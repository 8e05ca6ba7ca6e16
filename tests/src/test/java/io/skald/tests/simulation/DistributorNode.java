package io.skald.tests.simulation;

import io.skald.common.http.DirectRequests;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.limits.Limits;
import io.skald.common.push.BatchKey;
import io.skald.common.ring.RingStore;
import io.skald.distributor.Distributor;
import io.skald.distributor.DistributorConfig;
import io.skald.distributor.PushListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A distributor; it has no state, so that a new one takes the place of one that died. */
final class DistributorNode {
  /** More than it waits for ingesters. */
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Surroundings around;
  private final String name;
  private final Function<String, IngesterNode> ingesters;
  private Host host;
  private Router router;

  DistributorNode(Surroundings around, String name, Function<String, IngesterNode> ingesters) {
    this.around = around;
    this.name = name;
    this.ingesters = ingesters;
    this.host = new Host(around.world, name);
    this.router = open(host);
  }

  private Router open(Host on) {
    Router routes = new Router();
    RingStore ring = around.registry.view(on);
    new Distributor(
            ring,
            instance -> ingesters.apply(instance.id()).writesFrom(on),
            _ -> Limits.DEFAULTS,
            new TenantHeader(false),
            DistributorConfig.DEFAULTS.withReplicationFactor(Surroundings.REPLICATION_FACTOR),
            PushListener.NONE,
            () -> 1,
            on.clock())
        .register(routes);
    return routes;
  }

  Host host() {
    return host;
  }

  /** Ends the process at once; another one takes over its name. */
  void crash() {
    host.die();
    around.world.tell(name + " crashes and starts again");
    host = new Host(around.world, name);
    router = open(host);
  }

  /**
   * Pushes a JSON body from another host.
   *
   * @throws io.skald.common.ingest.IngestUnavailableException if there is no answer
   */
  HttpResponse push(Host caller, @Nullable BatchKey key, byte[] body) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Content-Type", "application/json");
    if (key != null) {
      headers.put(BatchKey.HEADER, key.toString());
    }
    Router routes = router;
    return around.network.call(
        caller,
        this::host,
        name,
        TIMEOUT,
        () -> DirectRequests.post(routes, "/loki/api/v1/push", headers, body));
  }
}
