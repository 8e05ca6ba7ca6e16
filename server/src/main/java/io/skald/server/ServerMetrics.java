package io.skald.server;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.skald.common.http.AnsweredRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.measure.DurationHistogram;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** The metrics of the process, in Prometheus text. Names and help are stable. */
final class ServerMetrics {
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final double NANOS_PER_SECOND = 1e9;

  /** From an answer out of memory to the usual time-out of a query. */
  private static final double[] BOUNDS = {
    .001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60
  };

  /** A client may send any word as method, and must not make a series of each. */
  private static final Set<String> METHODS =
      Set.of("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH");

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Timing requests;

  ServerMetrics() {
    JvmMetrics.builder().register(registry);
    Info.builder()
        .name("skald_build_info")
        .help("The version that runs.")
        .labelNames("version")
        .register(registry)
        .addLabelValues(Version.current());
    requests =
        timing(
            "skald_request_duration_seconds",
            "Time from the head of a request to its answer.",
            "route",
            "method",
            "status_code");
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

  /** Adds a gauge with one label; the values of it are read when metrics are asked for. */
  void gauges(String name, String help, String label, Supplier<Map<String, Double>> values) {
    gauges(name, help, samples -> addAll(samples, values.get()), label);
  }

  /** Adds a counter with one label; the values of it are read when metrics are asked for. */
  void counters(String name, String help, String label, Supplier<Map<String, Double>> values) {
    counters(name, help, samples -> addAll(samples, values.get()), label);
  }

  private static void addAll(Samples samples, Map<String, Double> values) {
    values.forEach((label, value) -> samples.add(value, label));
  }

  /** Takes the values that a metric with labels has now. */
  @FunctionalInterface
  interface Samples {
    void add(double value, String... labelValues);
  }

  /** Adds a gauge with labels; its series are those that {@code values} adds. */
  void gauges(String name, String help, Consumer<Samples> values, String... labels) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .callback(callback -> values.accept(callback::call))
        .register(registry);
  }

  /** Adds a counter with labels; its series are those that {@code values} adds. */
  void counters(String name, String help, Consumer<Samples> values, String... labels) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .callback(callback -> values.accept(callback::call))
        .register(registry);
  }

  /** Adds a histogram that is kept elsewhere and read when metrics are asked for. */
  void histogram(String name, String help, Supplier<DurationHistogram.Snapshot> values) {
    Collector collector =
        () -> {
          DurationHistogram.Snapshot now = values.get();
          return HistogramSnapshot.builder()
              .name(name)
              .help(help)
              .dataPoint(
                  HistogramSnapshot.HistogramDataPointSnapshot.builder()
                      .classicHistogramBuckets(
                          ClassicHistogramBuckets.of(now.boundsSeconds(), now.counts()))
                      .sum(now.sumSeconds())
                      .build())
              .build();
        };
    registry.register(collector);
  }

  /** A counter that is added to. */
  @FunctionalInterface
  interface Count {
    void add(long number, String... labelValues);
  }

  /** Adds a counter with labels. */
  Count count(String name, String help, String... labels) {
    Counter counter =
        Counter.builder()
            .name(name)
            .help(help)
            .labelNames(labels)
            .withoutExemplars()
            .register(registry);
    return (number, values) -> counter.labelValues(values).inc(number);
  }

  /** A histogram of durations. */
  @FunctionalInterface
  interface Timing {
    void observe(long nanos, String... labelValues);
  }

  /** Adds a histogram with labels. */
  Timing timing(String name, String help, String... labels) {
    // Without exemplars: the text format has none, and they would look for a tracing library.
    Histogram histogram =
        Histogram.builder()
            .name(name)
            .help(help)
            .labelNames(labels)
            .classicOnly()
            .classicUpperBounds(BOUNDS)
            .withoutExemplars()
            .register(registry);
    return (nanos, values) -> histogram.labelValues(values).observe(nanos / NANOS_PER_SECOND);
  }

  /** Counts a request. */
  void answered(AnsweredRequest request) {
    String method = METHODS.contains(request.method()) ? request.method() : AnsweredRequest.OTHER;
    requests.observe(request.nanos(), request.route(), method, Integer.toString(request.status()));
  }

  /** Returns all metrics. */
  HttpResponse scrape() {
    return scrape("");
  }

  /**
   * Returns all metrics.
   *
   * @param more metrics in the same text, whose names must be others
   */
  HttpResponse scrape(String more) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16 << 10);
    try {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    out.writeBytes(more.getBytes(StandardCharsets.UTF_8));
    return HttpResponse.of(200, CONTENT_TYPE, out.toByteArray());
  }
}
