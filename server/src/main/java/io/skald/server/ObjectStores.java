package io.skald.server;

import io.skald.common.time.Clock;
import io.skald.storage.object.FileObjectStore;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.object.s3.S3Config;
import io.skald.storage.object.s3.S3ObjectStore;
import io.skald.storage.object.s3.S3Operation;
import io.skald.storage.object.s3.S3Statistics;
import io.skald.storage.object.s3.Sleeper;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the object store that the configuration names. */
final class ObjectStores {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectStores.class);
  private static final double NANOS_PER_SECOND = 1e9;

  private final Clock clock;
  private final RandomGenerator random;
  private final ServerMetrics metrics;
  private final Deque<Runnable> closers;

  /**
   * @param closers gets what closes the store
   */
  ObjectStores(
      Clock clock, RandomGenerator random, ServerMetrics metrics, Deque<Runnable> closers) {
    this.clock = clock;
    this.random = random;
    this.metrics = metrics;
    this.closers = closers;
  }

  /**
   * Opens a bucket if one is named, and the folder otherwise.
   *
   * @throws RuntimeException if it cannot be reached; the message says what to do
   */
  ObjectStore open(CommonSection common) {
    S3Config bucket = common.storage().s3();
    return bucket.isSet() ? openBucket(bucket) : new FileObjectStore(common.chunksDirectory());
  }

  private ObjectStore openBucket(S3Config config) {
    S3ObjectStore store = new S3ObjectStore(config, clock, random, Sleeper.SYSTEM);
    closers.push(store::close);
    store.checkAccess();
    bind(store.statistics(), config);
    LOG.info("objects are kept in {}", store.describe());
    return store;
  }

  private void bind(S3Statistics statistics, S3Config config) {
    byOperation(
        "skald_s3_requests_total", "Requests to S3, each attempt counted.", statistics::requests);
    byOperation(
        "skald_s3_retries_total", "Attempts to S3 after a failed one.", statistics::retries);
    byOperation(
        "skald_s3_failures_total",
        "Requests to S3 that failed after all attempts.",
        statistics::failures);
    byOperation(
        "skald_s3_request_seconds_total",
        "Time spent in requests to S3.",
        operation -> statistics.nanos(operation) / NANOS_PER_SECOND);
    metrics.gauge("skald_s3_requests_running", "Requests to S3 under way.", statistics::running);
    metrics.gauge(
        "skald_s3_requests_limit", "Requests to S3 that may be under way.", config::maxConnections);
  }

  private void byOperation(String name, String help, ToDoubleFunction<S3Operation> value) {
    metrics.counters(
        name,
        help,
        "operation",
        () ->
            Arrays.stream(S3Operation.values())
                .collect(Collectors.toMap(S3Operation::text, value::applyAsDouble)));
  }
}
