/**
 * Traces of requests, sent to a collector over OTLP. The only package that knows OpenTelemetry; and
 * only one class of it does, which is not loaded unless traces are asked for.
 *
 * <p>Entry type: {@link io.skald.server.trace.Tracing}. Spans are sent by threads of the
 * OpenTelemetry SDK.
 */
@NullMarked
package io.skald.server.trace;

import org.jspecify.annotations.NullMarked;
