package io.skald.agent;

import io.skald.agent.discovery.kubernetes.KubernetesSdConfig;
import io.skald.agent.source.docker.DockerSdConfig;
import io.skald.agent.source.gelf.GelfConfig;
import io.skald.agent.source.journal.JournalConfig;
import io.skald.agent.source.push.PushConfig;
import io.skald.agent.source.syslog.SyslogConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a job about where its lines come from, beside {@code static_configs} and {@code
 * file_sd_configs}. Null is a block that is not there.
 *
 * @param kubernetesSdConfigs label sets of the containers on this machine
 * @param syslog messages over the network
 * @param lokiPushApi pushes of other agents
 * @param journal the journal of systemd
 * @param gelf messages of Graylog's format over the network
 * @param dockerSdConfigs the logs of Docker's containers
 */
public record SourceConfigs(
    List<KubernetesSdConfig> kubernetesSdConfigs,
    @Nullable SyslogConfig syslog,
    @Nullable PushConfig lokiPushApi,
    @Nullable JournalConfig journal,
    @Nullable GelfConfig gelf,
    List<DockerSdConfig> dockerSdConfigs) {
  public static final SourceConfigs DEFAULTS =
      new SourceConfigs(List.of(), null, null, null, null, List.of());

  public SourceConfigs {
    kubernetesSdConfigs = List.copyOf(kubernetesSdConfigs);
    dockerSdConfigs = List.copyOf(dockerSdConfigs);
  }

  /** Returns the keys of the sources that are no files. */
  List<String> kinds() {
    List<String> kinds = new ArrayList<>();
    if (syslog != null) {
      kinds.add("syslog");
    }
    if (lokiPushApi != null) {
      kinds.add("loki_push_api");
    }
    if (journal != null) {
      kinds.add("journal");
    }
    if (gelf != null) {
      kinds.add("gelf");
    }
    if (!dockerSdConfigs.isEmpty()) {
      kinds.add("docker_sd_configs");
    }
    return kinds;
  }
}
