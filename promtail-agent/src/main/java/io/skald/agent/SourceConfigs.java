package io.skald.agent;

import io.skald.agent.discovery.kubernetes.KubernetesSdConfig;
import java.util.List;

/**
 * The keys of a job about where its lines come from, beside {@code static_configs} and {@code
 * file_sd_configs}.
 *
 * @param kubernetesSdConfigs label sets of the containers on this machine
 */
public record SourceConfigs(List<KubernetesSdConfig> kubernetesSdConfigs) {
  public static final SourceConfigs DEFAULTS = new SourceConfigs(List.of());

  public SourceConfigs {
    kubernetesSdConfigs = List.copyOf(kubernetesSdConfigs);
  }

  /** Returns the keys of the sources that are no files. */
  List<String> kinds() {
    return List.of();
  }
}
