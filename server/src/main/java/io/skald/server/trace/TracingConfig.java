package io.skald.server.trace;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code tracing} block.
 *
 * @param enabled false: nothing is sent, whatever else is set
 * @param otlpEndpoint URL of a collector that speaks OTLP over HTTP; empty asks the environment
 * @param samplingRatio the part of the traces begun here that are sent; of traces that clients have
 *     begun, these decide
 */
public record TracingConfig(boolean enabled, String otlpEndpoint, double samplingRatio) {
  public static final TracingConfig DEFAULTS = new TracingConfig(true, "", 1);

  private static final String PATH = "/v1/traces";

  public TracingConfig {
    if (!(samplingRatio >= 0 && samplingRatio <= 1)) {
      throw new IllegalArgumentException("tracing.sampling_ratio must be 0 to 1: " + samplingRatio);
    }
    if (!otlpEndpoint.isEmpty()) {
      check("tracing.otlp_endpoint", otlpEndpoint);
    }
  }

  /**
   * Returns where traces go: the endpoint configured, or that of the environment as OpenTelemetry's
   * specification of exporters says; empty if nowhere.
   *
   * @throws IllegalArgumentException if the environment's is no URL
   */
  Optional<String> endpoint(Map<String, String> environment) {
    if (!enabled) {
      return Optional.empty();
    }
    if (!otlpEndpoint.isEmpty()) {
      boolean bare = URI.create(otlpEndpoint).getRawPath().replace("/", "").isEmpty();
      return Optional.of(bare ? withPath(otlpEndpoint) : otlpEndpoint);
    }
    for (String name :
        new String[] {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"}) {
      String url = environment.getOrDefault(name, "").strip();
      if (!url.isEmpty()) {
        check(name, url);
        return Optional.of(name.contains("TRACES") ? url : withPath(url));
      }
    }
    return Optional.empty();
  }

  private static String withPath(String url) {
    return (url.endsWith("/") ? url.substring(0, url.length() - 1) : url) + PATH;
  }

  private static void check(String name, String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException _) {
      uri = URI.create("");
    }
    if (uri.getRawUserInfo() != null) {
      // Shown in the log and by /config otherwise; not repeated here for the same reason.
      throw new IllegalArgumentException(
          name + " must hold no credentials; put them into OTEL_EXPORTER_OTLP_HEADERS");
    }
    boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!web || uri.getHost() == null) {
      throw new IllegalArgumentException(
          name + " must be a URL like http://collector:4318: " + url);
    }
  }
}
