package io.skald.server;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.RequestObserver;
import io.skald.common.model.TenantId;
import io.skald.distributor.PushListener;
import io.skald.distributor.validate.DiscardReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.DoubleSupplier;

/** The metrics of the process, in Prometheus text. Names and help are stable. */
final class ServerMetrics implements RequestObserver, PushListener {
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final double NANOS_PER_SECOND = 1e9;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Histogram requests;
  private final Counter receivedBytes;
  private final Counter receivedLines;
  private final Counter discardedBytes;
  private final Counter discardedLines;

  ServerMetrics() {
    JvmMetrics.builder().register(registry);
    Info.builder()
        .name("skald_build_info")
        .help("The version that runs.")
        .labelNames("version")
        .register(registry)
        .addLabelValues(Version.current());
    requests =
        Histogram.builder()
            .name("skald_request_duration_seconds")
            .help("Time from the head of a request to its answer.")
            .labelNames("route", "method", "status_code")
            .classicOnly()
            .classicUpperBounds(.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60)
            .register(registry);
    receivedBytes =
        tenantCounter(
            "skald_distributor_bytes_received_total", "Line and metadata bytes taken, by tenant.");
    receivedLines =
        tenantCounter("skald_distributor_lines_received_total", "Lines taken, by tenant.");
    discardedBytes =
        reasonCounter("skald_discarded_bytes_total", "Line bytes refused, by reason and tenant.");
    discardedLines =
        reasonCounter("skald_discarded_samples_total", "Lines refused, by reason and tenant.");
  }

  private Counter tenantCounter(String name, String help) {
    return Counter.builder().name(name).help(help).labelNames("tenant").register(registry);
  }

  private Counter reasonCounter(String name, String help) {
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames("reason", "tenant")
        .register(registry);
  }

  /** Adds a gauge that is read when metrics are asked for. */
  void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  /** Adds a counter that is read when metrics are asked for. */
  void counter(String name, String help, DoubleSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  @Override
  public void answered(String route, String method, int status, long nanos) {
    requests.labelValues(route, method, Integer.toString(status)).observe(nanos / NANOS_PER_SECOND);
  }

  @Override
  public void received(TenantId tenant, long lines, long bytes) {
    receivedLines.labelValues(tenant.value()).inc(lines);
    receivedBytes.labelValues(tenant.value()).inc(bytes);
  }

  @Override
  public void discarded(TenantId tenant, DiscardReason reason, long lines, long bytes) {
    discardedLines.labelValues(reason.text(), tenant.value()).inc(lines);
    discardedBytes.labelValues(reason.text(), tenant.value()).inc(bytes);
  }

  /** Returns all metrics. */
  HttpResponse scrape() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16 << 10);
    try {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return HttpResponse.of(200, CONTENT_TYPE, out.toByteArray());
  }
}
