package io.skald.common.client;

import io.skald.common.reload.FileValue;
import io.skald.common.time.Clock;
import io.skald.common.tls.ClientTls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Posts to one URL over HTTP/1.1 with the client of the JDK. Thread-safe. */
public final class HttpSender implements AutoCloseable {
  private static final int MAX_FIRST_LINE_BYTES = 1024;

  /** How long changed files of certificates may go unnoticed. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final URI url;
  private final Duration timeout;
  private final String userAgent;
  private final ClientAccess access;
  private final Clock clock;

  /** Made anew when the files of its TLS have changed. */
  private final FileValue<HttpClient> client;

  private final AtomicLong lookedNanos;

  /**
   * @param url used as it is, path included
   * @param timeout of a whole request, the answer's body included
   * @throws IllegalArgumentException if a file of {@code access} cannot be used
   */
  public HttpSender(URI url, Duration timeout, String userAgent, ClientAccess access, Clock clock) {
    this.url = url;
    this.timeout = timeout;
    this.userAgent = userAgent;
    this.access = access;
    this.clock = clock;
    this.lookedNanos = new AtomicLong(clock.monotonicNanos());
    this.client =
        new FileValue<>("TLS of " + url, ClientTls.files(access.tlsConfig()), this::connect);
  }

  private HttpClient connect(List<byte[]> tlsFiles) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .executor(Executors.newVirtualThreadPerTaskExecutor());
    if (!access.tlsConfig().isDefault()) {
      builder.sslContext(ClientTls.context(access.tlsConfig(), tlsFiles));
    }
    return builder.build();
  }

  /** The client that was replaced ends when its last request has; it is not waited for. */
  private HttpClient client() {
    long now = clock.monotonicNanos();
    long looked = lookedNanos.get();
    if (now - looked > LOOK_NANOS && lookedNanos.compareAndSet(looked, now)) {
      HttpClient before = client.get();
      client.refresh();
      if (client.get() != before) {
        before.shutdown();
      }
    }
    return client.get();
  }

  /**
   * Sends one request and waits for the answer.
   *
   * @param headers beside those that the sender sets itself
   * @param body not to be changed meanwhile
   * @throws IOException if no answer came, for whatever reason; the server may have taken the body
   *     all the same
   */
  public HttpAnswer post(Map<String, String> headers, byte[] body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .header("User-Agent", userAgent)
            .timeout(timeout)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    String authorization = access.authorization();
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    CompletableFuture<HttpResponse<String>> answer =
        client().sendAsync(request.build(), _ -> new FirstLine());
    try {
      return toAnswer(answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof IOException io ? io : new IOException(url + ": " + cause, cause);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException(url + ": no answer within " + timeout, e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + url);
    }
  }

  /** Ends requests that are under way, with an {@link IOException} for their callers. */
  @Override
  public void close() {
    client.get().shutdownNow();
  }

  private HttpAnswer toAnswer(HttpResponse<String> response) {
    long retryAfter =
        response.headers().firstValue("Retry-After").map(this::retryAfterSeconds).orElse(0L);
    return new HttpAnswer(response.statusCode(), response.body(), retryAfter);
  }

  /** Seconds, or a date (RFC 9110, section 10.2.3); what is neither counts as absent. */
  private long retryAfterSeconds(String value) {
    try {
      return Math.max(0, Long.parseLong(value.trim()));
    } catch (NumberFormatException _) {
      try {
        long at =
            ZonedDateTime.parse(value.trim(), DateTimeFormatter.RFC_1123_DATE_TIME).toEpochSecond();
        return Math.max(0, at - clock.nowMillis() / 1000);
      } catch (DateTimeException _) {
        return 0;
      }
    }
  }

  /** Keeps the first line of a body and lets the rest pass. */
  private static final class FirstLine implements HttpResponse.BodySubscriber<String> {
    private final CompletableFuture<String> line = new CompletableFuture<>();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    @Override
    public CompletionStage<String> getBody() {
      return line;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        while (buffer.hasRemaining() && kept.size() < MAX_FIRST_LINE_BYTES) {
          kept.write(buffer.get());
        }
      }
    }

    @Override
    public void onError(Throwable throwable) {
      line.completeExceptionally(throwable);
    }

    @Override
    public void onComplete() {
      line.complete(kept.toString(StandardCharsets.UTF_8).lines().findFirst().orElse(""));
    }
  }
}
