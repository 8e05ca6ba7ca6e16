package io.skald.storage.object.s3;

import io.minio.MinioAsyncClient;
import io.minio.credentials.Provider;
import io.minio.errors.MinioException;
import io.skald.common.block.StorageException;
import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import okhttp3.OkHttpClient;

/**
 * Makes requests, again where that may help, until one succeeds or the time for all is over.
 *
 * <p>An attempt runs on virtual threads while its caller waits, so that a caller that is
 * interrupted or has waited long enough takes the attempt's connection away from it. At most as
 * many attempts as connections are under way; others wait. Thread-safe.
 */
final class S3Requests implements AutoCloseable {
  private final S3Config config;
  private final S3Address address;
  private final Clock clock;
  private final Sleeper sleeper;
  private final Backoff backoff;
  private final S3Statistics statistics = new S3Statistics();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("s3-", 0).factory());
  private final OkHttpClient http;
  private final Provider credentials;
  private final Semaphore slots;

  /** Begins a request; the future ends when everything of the answer was read. */
  @FunctionalInterface
  interface Attempt<T> {
    CompletableFuture<T> begin(MinioAsyncClient client) throws MinioException;
  }

  /** An attempt failed. */
  private static final class AttemptException extends Exception {
    private static final long serialVersionUID = 1;
    private final transient S3Failure failure;

    AttemptException(S3Failure failure) {
      super(failure.describe());
      this.failure = failure;
    }
  }

  S3Requests(
      S3Config config, S3Address address, Clock clock, RandomGenerator random, Sleeper sleeper) {
    this.config = config;
    this.address = address;
    this.clock = clock;
    this.sleeper = sleeper;
    this.backoff = new Backoff(config.backoffConfig(), random);
    this.http = S3Http.client(config, threads);
    this.credentials = S3Credentials.provider(config, address, http);
    this.slots = new Semaphore(config.maxConnections(), true);
  }

  S3Statistics statistics() {
    return statistics;
  }

  /** Runs what reads an answer. */
  ExecutorService threads() {
    return threads;
  }

  /** As the other one, with the time that the configuration allows. */
  <T> T run(S3Operation operation, String key, Attempt<T> attempt) {
    return run(operation, key, config.callTimeout(), attempt);
  }

  /**
   * Makes a request.
   *
   * @param key of the object, for messages; "" for none
   * @throws S3Exception if it failed for good
   * @throws StorageException also if the thread is interrupted, which it then still is
   */
  <T> T run(S3Operation operation, String key, Duration timeout, Attempt<T> attempt) {
    long deadlineNanos = clock.monotonicNanos() + timeout.toNanos();
    for (int failed = 1; ; failed++) {
      try {
        return once(operation, attempt, deadlineNanos);
      } catch (AttemptException e) {
        Duration pause = backoff.pause(failed);
        boolean isOver = deadlineNanos - clock.monotonicNanos() <= pause.toNanos();
        if (!e.failure.retryable() || failed > config.backoffConfig().maxRetries() || isOver) {
          if (!e.failure.isExpected()) {
            statistics.failed(operation);
          }
          throw new S3Exception(message(operation, key, e.failure, failed), e.failure);
        }
        statistics.retried(operation);
        sleep(pause, operation, key);
      } catch (InterruptedException e) {
        throw interrupted(operation, key, e);
      }
    }
  }

  private void sleep(Duration pause, S3Operation operation, String key) {
    try {
      sleeper.sleep(pause);
    } catch (InterruptedException e) {
      throw interrupted(operation, key, e);
    }
  }

  private <T> T once(S3Operation operation, Attempt<T> attempt, long deadlineNanos)
      throws AttemptException, InterruptedException {
    if (!slots.tryAcquire(deadlineNanos - clock.monotonicNanos(), TimeUnit.NANOSECONDS)) {
      throw new AttemptException(
          S3Failure.timedOut("all " + config.maxConnections() + " connections were busy"));
    }
    long begin = clock.monotonicNanos();
    statistics.attemptBegins(operation);
    try {
      return await(
          attempt, Math.min(config.httpConfig().timeout().toNanos(), deadlineNanos - begin));
    } finally {
      statistics.attemptEnds(operation, clock.monotonicNanos() - begin);
      slots.release();
    }
  }

  private <T> T await(Attempt<T> attempt, long timeoutNanos)
      throws AttemptException, InterruptedException {
    ActiveCalls calls = new ActiveCalls();
    CompletableFuture<T> result =
        CompletableFuture.completedFuture(calls)
            .thenComposeAsync(mine -> begin(attempt, mine), threads);
    try {
      return result.get(timeoutNanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      calls.cancel();
      throw new AttemptException(
          S3Failure.timedOut(
              "no answer within " + Duration.ofNanos(timeoutNanos).toMillis() + " ms"));
    } catch (InterruptedException e) {
      calls.cancel();
      throw e;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      switch (cause) {
        case StorageException known -> throw known;
        case Error error -> throw error;
        default -> throw new AttemptException(S3Failure.of(cause));
      }
    }
  }

  /** Each attempt has a client of its own, which shares everything but its listener. */
  private <T> CompletableFuture<T> begin(Attempt<T> attempt, ActiveCalls calls) {
    MinioAsyncClient client =
        MinioAsyncClient.builder()
            .endpoint(address.endpoint())
            .region(address.region())
            .credentialsProvider(credentials)
            .httpClient(http.newBuilder().eventListener(calls).build(), false)
            .build();
    if (address.virtualHosted()) {
      client.enableVirtualStyleEndpoint();
    } else {
      client.disableVirtualStyleEndpoint();
    }
    try {
      return attempt.begin(client);
    } catch (MinioException e) {
      throw new CompletionException(e);
    }
  }

  private static StorageException interrupted(
      S3Operation operation, String key, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new StorageException(
        "interrupted during " + operation.text() + (key.isEmpty() ? "" : " of object " + key), e);
  }

  private String message(S3Operation operation, String key, S3Failure failure, int attempts) {
    String advice = failure.advice(operation);
    return operation.text()
        + (key.isEmpty() ? "" : " of object " + key)
        + " failed in "
        + address.describe()
        + ": "
        + failure.describe()
        + (advice.isEmpty() ? "" : "; " + advice)
        + (attempts > 1 ? " (" + attempts + " attempts)" : "");
  }

  /** Ends connections; requests under way fail. */
  @Override
  public void close() {
    http.dispatcher().cancelAll();
    http.connectionPool().evictAll();
    threads.close();
  }
}
