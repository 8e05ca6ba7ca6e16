package io.skald.agent;

import io.skald.agent.discovery.kubernetes.KubernetesSdConfig;
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
 */
public record SourceConfigs(
    List<KubernetesSdConfig> kubernetesSdConfigs, @Nullable SyslogConfig syslog) {
  public static final SourceConfigs DEFAULTS = new SourceConfigs(List.of(), null);

  public SourceConfigs {
    kubernetesSdConfigs = List.copyOf(kubernetesSdConfigs);
  }

  /** Returns the keys of the sources that are no files. */
  List<String> kinds() {
    List<String> kinds = new ArrayList<>();
    if (syslog != null) {
      kinds.add("syslog");
    }
    return kinds;
  }
}
