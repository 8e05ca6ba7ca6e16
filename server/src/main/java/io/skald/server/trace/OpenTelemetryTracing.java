package io.skald.server.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.skald.common.time.Clock;
import io.skald.common.trace.RequestTrace;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sends spans over OTLP (HTTP, protobuf). They wait in a queue of bounded length; what does not fit
 * is dropped, and nobody waits for the collector.
 */
final class OpenTelemetryTracing implements Tracing {
  private static final Logger LOG = LoggerFactory.getLogger(OpenTelemetryTracing.class);

  /** Spans that wait to be sent; about a megabyte. */
  private static final int MAX_QUEUED = 2048;

  private static final int MAX_BATCH = 512;
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int CLOSE_SECONDS = 3;

  /** Bridges a hiccup; while a batch is tried again, those behind it wait and are dropped. */
  private static final RetryPolicy RETRY =
      RetryPolicy.builder().setMaxAttempts(2).setInitialBackoff(Duration.ofMillis(500)).build();

  private static final int SERVER_ERROR = 500;

  /** Asked for every few seconds by machines: their traces would bury all others. */
  private static final Set<String> UNTRACED = Set.of("/ready", "/metrics");

  private static final TextMapGetter<UnaryOperator<@Nullable String>> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(UnaryOperator<@Nullable String> headers) {
          return List.of();
        }

        @Override
        public @Nullable String get(
            @Nullable UnaryOperator<@Nullable String> headers, String name) {
          return headers == null ? null : headers.apply(name);
        }
      };

  private final SdkTracerProvider provider;
  private final Tracer tracer;
  private final CountingExporter exporter;
  private final Clock clock;
  private final LongAdder ended = new LongAdder();

  private OpenTelemetryTracing(
      SdkTracerProvider provider, CountingExporter exporter, String version, Clock clock) {
    this.provider = provider;
    this.tracer = provider.tracerBuilder("io.skald").setInstrumentationVersion(version).build();
    this.exporter = exporter;
    this.clock = clock;
  }

  static OpenTelemetryTracing open(
      String endpoint,
      double samplingRatio,
      Map<String, String> environment,
      String version,
      Clock clock) {
    bridgeLogs();
    OtlpHttpSpanExporterBuilder builder =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(endpoint)
            .setTimeout(TIMEOUT)
            .setRetryPolicy(RETRY);
    headers(environment, builder);
    CountingExporter exporter = new CountingExporter(builder.build());
    Resource resource =
        Resource.create(
            Attributes.of(
                AttributeKey.stringKey("service.name"),
                environment.getOrDefault("OTEL_SERVICE_NAME", "skald"),
                AttributeKey.stringKey("service.version"),
                version));
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(Resource.getDefault().merge(resource))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(samplingRatio)))
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter)
                    .setMaxQueueSize(MAX_QUEUED)
                    .setMaxExportBatchSize(MAX_BATCH)
                    .setScheduleDelay(PERIOD)
                    .setExporterTimeout(TIMEOUT)
                    .build())
            .build();
    LOG.info("traces are sent to {}", endpoint);
    return new OpenTelemetryTracing(provider, exporter, version, clock);
  }

  /** The SDK logs by java.util.logging, which would print lines of another form. */
  private static void bridgeLogs() {
    if (!SLF4JBridgeHandler.isInstalled()) {
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
    }
  }

  /** Adds what a collector may ask for, as the environment gives it: {@code name=value,...}. */
  private static void headers(
      Map<String, String> environment, OtlpHttpSpanExporterBuilder builder) {
    String all = environment.getOrDefault("OTEL_EXPORTER_OTLP_HEADERS", "");
    String own = environment.getOrDefault("OTEL_EXPORTER_OTLP_TRACES_HEADERS", all);
    for (String header : own.split(",")) {
      int equals = header.indexOf('=');
      if (equals > 0) {
        builder.addHeader(
            header.substring(0, equals).strip(),
            URLDecoder.decode(
                header.substring(equals + 1).strip().replace("+", "%2B"), StandardCharsets.UTF_8));
      }
    }
  }

  @Override
  public RequestTrace begin(
      String route, String method, long startNanos, UnaryOperator<@Nullable String> headers) {
    Context parent =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
    if (UNTRACED.contains(route)) {
      return RequestTrace.unrecorded(idOf(Span.fromContext(parent)));
    }
    long epochMinusMonotonic = clock.nowNanos() - clock.monotonicNanos();
    Span span =
        tracer
            .spanBuilder(method + " " + route)
            .setParent(parent)
            .setSpanKind(SpanKind.SERVER)
            .setStartTimestamp(startNanos + epochMinusMonotonic, TimeUnit.NANOSECONDS)
            .setAttribute("http.request.method", method)
            .setAttribute("http.route", route)
            .startSpan();
    return span.isRecording()
        ? new Recorded(span, epochMinusMonotonic)
        : RequestTrace.unrecorded(idOf(span));
  }

  private static String idOf(Span span) {
    return span.getSpanContext().isValid() ? span.getSpanContext().getTraceId() : "";
  }

  private static Attributes attributes(Map<String, Object> values) {
    AttributesBuilder attributes = Attributes.builder();
    values.forEach((name, value) -> {
      switch (value) {
        case Long number -> attributes.put(name, number);
        case Integer number -> attributes.put(name, (long) number);
        case Boolean flag -> attributes.put(name, flag);
        default -> attributes.put(name, value.toString());
      }
    });
    return attributes.build();
  }

  /** A request whose spans are sent. */
  private final class Recorded implements RequestTrace {
    private final Span span;

    /** What a reading of the monotonic clock lacks to be a time. */
    private final long epochMinusMonotonic;

    Recorded(Span span, long epochMinusMonotonic) {
      this.span = span;
      this.epochMinusMonotonic = epochMinusMonotonic;
    }

    @Override
    public String traceId() {
      return span.getSpanContext().getTraceId();
    }

    @Override
    public boolean isRecorded() {
      return true;
    }

    @Override
    public void phase(String name, long startNanos, long nanos, Map<String, Object> attributes) {
      long start = startNanos + epochMinusMonotonic;
      tracer
          .spanBuilder(name)
          .setParent(Context.root().with(span))
          .setStartTimestamp(start, TimeUnit.NANOSECONDS)
          .setAllAttributes(OpenTelemetryTracing.attributes(attributes))
          .startSpan()
          .end(start + nanos, TimeUnit.NANOSECONDS);
      ended.increment();
    }

    @Override
    public void attributes(Map<String, Object> attributes) {
      span.setAllAttributes(OpenTelemetryTracing.attributes(attributes));
    }

    @Override
    public void end(int status) {
      span.setAttribute("http.response.status_code", (long) status);
      if (status >= SERVER_ERROR) {
        span.setStatus(StatusCode.ERROR);
      }
      span.end(clock.monotonicNanos() + epochMinusMonotonic, TimeUnit.NANOSECONDS);
      ended.increment();
    }
  }

  @Override
  public Spans spans() {
    return new Spans(ended.sum(), exporter.exported.sum(), exporter.failed.sum());
  }

  @Override
  public void close() {
    if (!provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS).isDone()) {
      LOG.warn("not all traces could be sent within {} s", CLOSE_SECONDS);
    }
  }

  /** Counts what the collector takes. */
  private static final class CountingExporter implements SpanExporter {
    private final SpanExporter exporter;
    private final LongAdder exported = new LongAdder();
    private final LongAdder failed = new LongAdder();

    CountingExporter(SpanExporter exporter) {
      this.exporter = exporter;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      int count = spans.size();
      CompletableResultCode result = exporter.export(spans);
      return result.whenComplete(() -> (result.isSuccess() ? exported : failed).add(count));
    }

    @Override
    public CompletableResultCode flush() {
      return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return exporter.shutdown();
    }
  }
}
