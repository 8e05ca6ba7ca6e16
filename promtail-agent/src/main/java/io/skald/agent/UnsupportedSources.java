package io.skald.agent;

import io.skald.common.config.ForeignKeys.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Sources and discoveries of Promtail that the agent does not have; a job that has one is refused.
 */
final class UnsupportedSources {
  private static final List<String> DISCOVERIES =
      List.of(
          "consul",
          "consulagent",
          "dns",
          "ec2",
          "gce",
          "azure",
          "openstack",
          "digitalocean",
          "dockerswarm",
          "marathon",
          "nerve",
          "serverset",
          "triton");

  private static final String SKIP = "; or set compat.skip_unsupported: true to run the other jobs";

  private UnsupportedSources() {}

  /** Returns the keys of a job that name them. */
  static Set<String> names() {
    return all().keySet();
  }

  /** Returns the keys, each with the reason and what to do instead. */
  static List<Refusal> refusals() {
    List<Refusal> refusals = new ArrayList<>();
    all().forEach((key, reason) -> refusals.add(new Refusal("*." + key, Set.of(), reason + SKIP)));
    return refusals;
  }

  private static SortedMap<String, String> all() {
    SortedMap<String, String> all = new TreeMap<>();
    all.put(
        "kafka",
        "the agent reads no Kafka; let a consumer push to loki_push_api, or to the server");
    all.put(
        "gcplog",
        "the agent reads no Pub/Sub; let a subscriber push to loki_push_api, or to the server");
    all.put(
        "azure_event_hubs",
        "the agent reads no Event Hubs; let a consumer push to loki_push_api, or to the server");
    all.put(
        "cloudflare", "the agent does not pull from Cloudflare; let Logpush write files or push");
    all.put(
        "heroku_drain",
        "the agent takes no Heroku drains; a drain may speak syslog over TLS to the source syslog");
    all.put("windows_events", "the agent does not run on Windows");
    for (String discovery : DISCOVERIES) {
      all.put(
          discovery + "_sd_configs",
          "it finds hosts, and the agent follows files of this one; use static_configs,"
              + " file_sd_configs or kubernetes_sd_configs");
    }
    return all;
  }
}
