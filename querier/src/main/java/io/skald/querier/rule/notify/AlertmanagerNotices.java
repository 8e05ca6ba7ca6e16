package io.skald.querier.rule.notify;

import io.skald.common.client.HttpAnswer;
import io.skald.common.client.HttpSender;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.querier.rule.BoundedQueue;
import io.skald.querier.rule.QueueWorker;
import io.skald.querier.rule.RulerConfig;
import io.skald.querier.rule.evaluate.Notice;
import io.skald.querier.rule.evaluate.NoticeSink;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts alerts to Alertmanagers (API v2). Each has a queue and a thread of its own, so that one
 * that hangs does not hold up another. A request that fails is counted and not repeated: an alert
 * is told again as long as it lasts, and for a while after it has ceased.
 */
public final class AlertmanagerNotices implements NoticeSink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertmanagerNotices.class);
  private static final int BATCH = 64;
  private static final String PATH = "/api/v2/alerts";

  private final List<Receiver> receivers = new ArrayList<>();
  private final Map<String, String> externalLabels;

  /**
   * Starts the threads.
   *
   * @throws IllegalArgumentException if a file of the credentials or TLS cannot be used
   */
  public AlertmanagerNotices(RulerConfig config, String userAgent, Clock clock) {
    this.externalLabels = config.externalLabels();
    NoticeJson json = new NoticeJson(config.externalUrl(), config.datasourceUid());
    for (String url : config.alertmanagerUrl()) {
      URI target = URI.create(url.replaceFirst("/+$", "") + PATH);
      HttpSender sender =
          new HttpSender(
              target,
              config.notificationTimeout(),
              userAgent,
              config.alertmanagerClient().access(),
              clock);
      receivers.add(new Receiver(target, sender, json, config.notificationQueueCapacity()));
    }
    receivers.forEach(receiver -> receiver.worker.start());
  }

  @Override
  public void take(TenantId tenant, List<Notice> notices) {
    if (receivers.isEmpty()) {
      return;
    }
    List<Notice> labelled = notices.stream().map(this::withExternalLabels).toList();
    receivers.forEach(receiver -> receiver.worker.add(tenant, labelled));
  }

  /** An alert's own labels win. */
  private Notice withExternalLabels(Notice notice) {
    return new Notice(
        notice.labels().withUnder(externalLabels),
        notice.annotations(),
        notice.startsAtNanos(),
        notice.endsAtNanos(),
        notice.expr());
  }

  public long sent() {
    return sum(receiver -> receiver.sent.sum());
  }

  /** Returns how many alerts were not told, as a request failed. */
  public long errors() {
    return sum(receiver -> receiver.errors.sum());
  }

  /** Returns how many alerts were not told, as too many waited. */
  public long dropped() {
    return sum(receiver -> receiver.worker.dropped());
  }

  public long waiting() {
    return sum(receiver -> receiver.worker.waiting());
  }

  private long sum(ToLongFunction<Receiver> count) {
    return receivers.stream().mapToLong(count).sum();
  }

  /** Tells what waits, if that is quick, and ends. */
  @Override
  public void close() {
    receivers.forEach(receiver -> receiver.worker.finish());
    receivers.forEach(Receiver::end);
  }

  /** One Alertmanager. */
  private static final class Receiver {
    final URI url;
    final HttpSender sender;
    final NoticeJson json;
    final QueueWorker<Notice> worker;
    final LongAdder sent = new LongAdder();
    final LongAdder errors = new LongAdder();
    private boolean troubled; // confined to the worker's thread

    Receiver(URI url, HttpSender sender, NoticeJson json, int capacity) {
      this.url = url;
      this.sender = sender;
      this.json = json;
      this.worker = new QueueWorker<>("alertmanager-" + url, capacity, BATCH, this::send);
    }

    private void send(BoundedQueue.Batch<Notice> batch) {
      int count = batch.items().size();
      Map<String, String> headers =
          Map.of("Content-Type", "application/json", "X-Scope-OrgID", batch.tenant().value());
      try {
        HttpAnswer answer = sender.post(headers, json.write(batch.items()));
        if (answer.status() / 100 == 2) {
          sent.add(count);
          troubled = false;
        } else {
          failed(count, answer.status() + " " + answer.firstLine());
        }
      } catch (IOException | IllegalArgumentException e) { // the latter: a file of credentials
        failed(count, e.toString());
      }
    }

    /** Told once until it goes well again. */
    private void failed(int count, String why) {
      errors.add(count);
      if (!troubled) {
        troubled = true;
        LOG.warn("{} alerts could not be told to {}: {}", count, url, why);
      }
    }

    void end() {
      worker.close();
      sender.close();
    }
  }
}
