package io.skald.agent;

import io.skald.common.config.ForeignKeys.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Sources and discoveries of Promtail that the agent does not have; a job that has one is refused.
 */
public final class UnsupportedSources {
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

  private UnsupportedSources() {}

  /** Returns the keys, each with the reason and what to do instead. */
  public static List<Refusal> refusals() {
    List<Refusal> all = new ArrayList<>();
    add(
        all,
        "kafka",
        "the agent reads no Kafka; let a consumer push to loki_push_api, or to the server");
    add(
        all,
        "gcplog",
        "the agent reads no Pub/Sub; let a subscriber push to loki_push_api, or to the server");
    add(
        all,
        "azure_event_hubs",
        "the agent reads no Event Hubs; let a consumer push to loki_push_api, or to the server");
    add(
        all,
        "cloudflare",
        "the agent does not pull from Cloudflare; let Logpush write files or push");
    add(
        all,
        "heroku_drain",
        "the agent takes no Heroku drains; a drain may speak syslog over TLS to the source syslog");
    add(all, "windows_events", "the agent does not run on Windows");
    for (String discovery : DISCOVERIES) {
      add(
          all,
          discovery + "_sd_configs",
          "it finds hosts, and the agent follows files of this one; use static_configs,"
              + " file_sd_configs or kubernetes_sd_configs");
    }
    return all;
  }

  private static void add(List<Refusal> all, String key, String reason) {
    all.add(new Refusal("*." + key, Set.of(), reason));
  }
}
