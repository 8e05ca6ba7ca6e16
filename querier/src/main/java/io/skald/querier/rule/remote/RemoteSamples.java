package io.skald.querier.rule.remote;

import io.skald.common.client.HttpAnswer;
import io.skald.common.client.HttpSender;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.querier.rule.BoundedQueue;
import io.skald.querier.rule.QueueWorker;
import io.skald.querier.rule.RulerConfig;
import io.skald.querier.rule.evaluate.Sample;
import io.skald.querier.rule.evaluate.SampleSink;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends samples to metrics stores. Each has a queue and a thread of its own. A request that fails
 * for the moment (no answer, 5xx, 429) is repeated until it goes well or the process stops; one
 * that is refused is dropped, as it would be refused again. What there is no room for meanwhile is
 * dropped and counted.
 */
public final class RemoteSamples implements SampleSink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteSamples.class);
  private static final int TOO_MANY_REQUESTS = 429;

  private final List<Receiver> receivers = new ArrayList<>();
  private final Map<String, String> externalLabels;

  /**
   * Starts the threads; there are none if nothing is to be sent.
   *
   * @throws IllegalArgumentException if a file of the credentials or TLS cannot be used
   */
  public RemoteSamples(RulerConfig config, String userAgent, Clock clock) {
    this.externalLabels = config.externalLabels();
    RulerConfig.RemoteWrite remote = config.remoteWrite();
    if (remote.enabled()) {
      remote
          .all()
          .forEach((_, client) ->
              receivers.add(new Receiver(client, remote.addOrgIdHeader(), userAgent, clock)));
    }
    receivers.forEach(receiver -> receiver.worker.start());
  }

  @Override
  public void take(TenantId tenant, List<Sample> samples) {
    if (receivers.isEmpty()) {
      return;
    }
    List<Sample> labelled = samples.stream().map(this::withExternalLabels).toList();
    receivers.forEach(receiver -> receiver.worker.add(tenant, labelled));
  }

  /** A sample's own labels win. */
  private Sample withExternalLabels(Sample sample) {
    return new Sample(
        sample.labels().withUnder(externalLabels), sample.timestampMillis(), sample.value());
  }

  public long sent() {
    return sum(receiver -> receiver.sent.sum());
  }

  /** Returns how many samples a receiver has refused. */
  public long refused() {
    return sum(receiver -> receiver.refused.sum());
  }

  /** Returns how many samples were dropped, as too many waited or the process stopped. */
  public long dropped() {
    return sum(receiver -> receiver.worker.dropped());
  }

  /** Returns how many requests failed for the moment and were repeated. */
  public long retries() {
    return sum(receiver -> receiver.retries.sum());
  }

  public long waiting() {
    return sum(receiver -> receiver.worker.waiting());
  }

  private long sum(ToLongFunction<Receiver> count) {
    return receivers.stream().mapToLong(count).sum();
  }

  /** Sends what waits, if that is quick, and ends. */
  @Override
  public void close() {
    receivers.forEach(receiver -> receiver.worker.finish());
    receivers.forEach(Receiver::end);
  }

  /** One metrics store. */
  private static final class Receiver {
    final RulerConfig.RemoteClient config;
    final boolean addTenant;
    final HttpSender sender;
    final QueueWorker<Sample> worker;
    final LongAdder sent = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder retries = new LongAdder();
    private boolean troubled; // confined to the worker's thread

    Receiver(RulerConfig.RemoteClient config, boolean addTenant, String userAgent, Clock clock) {
      this.config = config;
      this.addTenant = addTenant;
      this.sender =
          new HttpSender(
              URI.create(config.url()), config.remoteTimeout(), userAgent, config.access(), clock);
      this.worker =
          new QueueWorker<>(
              "remote-write-" + config.url(),
              config.queueConfig().capacity(),
              config.queueConfig().maxSamplesPerSend(),
              this::send);
    }

    /** Returns when the batch is sent or refused. */
    private void send(BoundedQueue.Batch<Sample> batch) throws InterruptedException {
      long pauseMillis = config.queueConfig().minBackoff().toMillis();
      while (true) {
        long retryAfter = 0;
        try {
          HttpAnswer answer =
              sender.post(headers(batch.tenant()), WriteRequest.encode(batch.items()));
          if (isFinal(answer, batch)) {
            return;
          }
          told(answer.status() + " " + answer.firstLine());
          retryAfter = 1000 * answer.retryAfterSeconds();
        } catch (IOException | IllegalArgumentException e) { // the latter: a file of credentials
          told(e.toString());
        }
        retries.increment();
        long longest = config.queueConfig().maxBackoff().toMillis();
        Thread.sleep(Math.clamp(Math.max(pauseMillis, retryAfter), 1, Math.max(1, longest)));
        pauseMillis = Math.min(2 * pauseMillis, longest);
      }
    }

    private boolean isFinal(HttpAnswer answer, BoundedQueue.Batch<Sample> batch) {
      int status = answer.status();
      int count = batch.items().size();
      if (status / 100 == 2) {
        sent.add(count);
        troubled = false;
        return true;
      }
      if (status / 100 == 5 || status == TOO_MANY_REQUESTS) {
        return false;
      }
      refused.add(count);
      LOG.warn("{} refused {} samples: {} {}", config.url(), count, status, answer.firstLine());
      return true;
    }

    /** Told once until it goes well again. */
    private void told(String why) {
      if (!troubled) {
        troubled = true;
        LOG.warn("samples cannot be sent to {}, they wait: {}", config.url(), why);
      }
    }

    private Map<String, String> headers(TenantId tenant) {
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      headers.put("Content-Type", "application/x-protobuf");
      headers.put("Content-Encoding", "snappy");
      headers.put("X-Prometheus-Remote-Write-Version", "0.1.0");
      if (addTenant) {
        headers.put("X-Scope-OrgID", tenant.value());
      }
      config.headers().forEach((name, value) -> headers.put(name, value.reveal()));
      return headers;
    }

    void end() {
      worker.close();
      sender.close();
    }
  }
}
