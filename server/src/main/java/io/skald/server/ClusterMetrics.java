package io.skald.server;

import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.ring.RingStore;
import io.skald.common.rpc.CallObserver;
import io.skald.common.rpc.ingest.RemoteIngester;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The metrics of what a process of a cluster has to do with the others: calls and rings. */
final class ClusterMetrics {
  private static final String UNHEALTHY = "unhealthy";

  private final ServerMetrics metrics;
  private final ServerMetrics.Timing clientCalls;
  private final ServerMetrics.Timing serverCalls;

  ClusterMetrics(ServerMetrics metrics) {
    this.metrics = metrics;
    clientCalls =
        metrics.timing(
            "skald_rpc_client_duration_seconds",
            "Calls to other processes, of a stream to its end.",
            "method",
            "status");
    serverCalls =
        metrics.timing(
            "skald_rpc_server_duration_seconds",
            "Calls of other processes, of a stream to its end.",
            "method",
            "status");
  }

  CallObserver calls() {
    return (method, status, nanos) -> clientCalls.observe(nanos, method, status);
  }

  CallObserver answers() {
    return (method, status, nanos) -> serverCalls.observe(nanos, method, status);
  }

  /**
   * Shows what waits for ingesters.
   *
   * @param ingesters by their names; read when metrics are asked for
   */
  void bind(Map<String, RemoteIngester> ingesters) {
    metrics.gauges(
        "skald_rpc_ingester_inflight_calls",
        "Pushes and reads that wait for an ingester.",
        samples -> ingesters.forEach((id, ingester) -> samples.add(ingester.inflightCalls(), id)),
        "ingester");
    metrics.gauges(
        "skald_rpc_ingester_inflight_bytes",
        "Bytes of pushes that wait for an ingester.",
        samples -> ingesters.forEach((id, ingester) -> samples.add(ingester.inflightBytes(), id)),
        "ingester");
  }

  /** Shows the members of a ring as this process sees them. */
  void bindMembers(Map<String, RingStore> rings) {
    metrics.gauges(
        "skald_ring_members",
        "Members of a ring by state; those whose heartbeats do not arrive are unhealthy.",
        samples ->
            rings.forEach((name, ring) ->
                byState(ring.get()).forEach((state, members) -> samples.add(members, name, state))),
        "ring",
        "state");
  }

  /** Every state is there, so that a sum that falls to zero shows. */
  private static Map<String, Integer> byState(Ring ring) {
    Map<String, Integer> members = new TreeMap<>();
    members.put(UNHEALTHY, 0);
    for (Instance.State state : Instance.State.values()) {
      members.put(text(state), 0);
    }
    ring.instances()
        .forEach(member ->
            members.merge(member.healthy() ? text(member.state()) : UNHEALTHY, 1, Integer::sum));
    return members;
  }

  private static String text(Instance.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  /** Shows how the keys are spread over ingesters. */
  void bindShares(RingStore ingesters) {
    metrics.gauges(
        "skald_ring_owned_ratio",
        "Part of the keys that meets a token of the ingester first.",
        samples -> {
          Ring ring = ingesters.get();
          ring.instances()
              .forEach(member -> samples.add(ring.ownedShare(member.id()), member.id()));
        },
        "ingester");
  }
}
