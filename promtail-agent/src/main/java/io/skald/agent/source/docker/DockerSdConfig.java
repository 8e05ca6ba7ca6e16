package io.skald.agent.source.docker;

import io.skald.common.client.ClientAccess;
import io.skald.common.config.Flat;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * One element of {@code docker_sd_configs}.
 *
 * @param host {@code unix:///var/run/docker.sock}, {@code tcp://host:port} or an http(s) URL
 * @param port of {@code __address__} for containers that publish none
 * @param refreshInterval how often containers are looked for
 * @param filters as of {@code docker ps}
 * @param hostNetworkingHost stands in {@code __address__} for containers in the host's network
 * @param matchFirstNetwork whether only the first network of a container is told
 * @param access credentials and TLS
 */
public record DockerSdConfig(
    String host,
    int port,
    Duration refreshInterval,
    List<Filter> filters,
    String hostNetworkingHost,
    boolean matchFirstNetwork,
    @Flat ClientAccess access) {
  private static final int DEFAULT_PORT = 80;

  /** Containers whose {@code name} (a word of the API) has one of the values. */
  public record Filter(String name, List<String> values) {
    public static Filter defaults() {
      return new Filter("", List.of());
    }

    public Filter {
      values = List.copyOf(values);
    }
  }

  public static DockerSdConfig defaults() {
    return new DockerSdConfig(
        "unix:///var/run/docker.sock",
        DEFAULT_PORT,
        Duration.ofSeconds(60),
        List.of(),
        "localhost",
        true,
        ClientAccess.NONE);
  }

  public DockerSdConfig {
    filters = List.copyOf(filters);
    if (!refreshInterval.isPositive()) {
      throw new IllegalArgumentException("refresh_interval must be positive: " + refreshInterval);
    }
    String scheme = scheme(host);
    boolean known =
        switch (scheme) {
          case "unix" -> host.length() > "unix://".length();
          case "tcp", "http", "https" -> URI.create(host).getHost() != null;
          default -> false;
        };
    if (!known) {
      throw new IllegalArgumentException(
          "host must be like unix:///var/run/docker.sock or tcp://127.0.0.1:2375: " + host);
    }
  }

  private static String scheme(String host) {
    int end = host.indexOf("://");
    return end < 0 ? "" : host.substring(0, end);
  }

  boolean isUnix() {
    return scheme(host).equals("unix");
  }
}
