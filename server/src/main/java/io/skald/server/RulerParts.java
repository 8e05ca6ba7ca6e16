package io.skald.server;

import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.limits.TenantLimits;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.querier.api.InstantQueries;
import io.skald.querier.api.QueryApi;
import io.skald.querier.api.ReadObserver;
import io.skald.querier.rule.RuleSource;
import io.skald.querier.rule.RulerConfig;
import io.skald.querier.rule.api.RuleRoutes;
import io.skald.querier.rule.api.RuleStatusRoutes;
import io.skald.querier.rule.evaluate.Alert;
import io.skald.querier.rule.evaluate.EvaluationConfig;
import io.skald.querier.rule.evaluate.RuleTenants;
import io.skald.querier.rule.evaluate.Ruler;
import io.skald.querier.rule.evaluate.RulerTimer;
import io.skald.querier.rule.evaluate.SampleSink;
import io.skald.querier.rule.notify.AlertmanagerNotices;
import io.skald.querier.rule.remote.RemoteSamples;
import io.skald.querier.rule.store.LocalRules;
import io.skald.querier.rule.store.ObjectRules;
import io.skald.querier.turn.FairTurns;
import io.skald.storage.object.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ruler put together: where rules are kept, what evaluates them, whom it tells. Start and close
 * once each.
 */
final class RulerParts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RulerParts.class);
  private static final long CLOSE_SECONDS = 5;

  private final SkaldConfig config;
  private final TenantLimits limits;
  private final Clock clock;
  private final @Nullable LocalRules local;
  private final @Nullable ObjectRules stored;
  private final AlertmanagerNotices notices;
  private final RemoteSamples samples;
  private final Ruler ruler;
  private final RulerTimer timer;
  private final ExecutorService groups = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable Thread poller;

  /** Volatile: set by who closes, read by queries. */
  private volatile boolean stopped;

  /**
   * @param ready whether all entries can be read
   * @param observer hears of every query of a rule
   */
  RulerParts(
      SkaldConfig config,
      ObjectStore objects,
      TenantLimits limits,
      QueryApi queries,
      FairTurns turns,
      BooleanSupplier ready,
      ReadObserver observer,
      Clock clock) {
    this.config = config;
    this.limits = limits;
    this.clock = clock;
    RulerConfig own = config.ruler();
    String directory = config.rulesDirectory();
    this.local = directory.isEmpty() ? null : new LocalRules(Path.of(directory));
    this.stored = local == null ? new ObjectRules(objects) : null;
    String userAgent = "skald/" + Version.current();
    this.notices = new AlertmanagerNotices(own, userAgent, clock);
    this.samples = samples(own, userAgent);
    this.ruler =
        new Ruler(
            source(),
            new InstantQueries(queries, turns, () -> stopped, observer, clock)::at,
            new Tenants(),
            new EvaluationConfig(
                own.evaluationInterval(),
                own.resendDelay(),
                Labels.of(own.externalLabels()),
                own.externalUrl()),
            notices,
            sink(),
            groups,
            clock);
    this.timer = new RulerTimer(ruler, ready, clock);
  }

  private RemoteSamples samples(RulerConfig own, String userAgent) {
    try {
      return new RemoteSamples(own, userAgent, clock);
    } catch (RuntimeException e) {
      notices.close();
      throw e;
    }
  }

  private RuleSource source() {
    return local == null ? Objects.requireNonNull(stored) : local;
  }

  private SampleSink sink() {
    return (tenant, taken) -> {
      if (!limits.of(tenant).rules().rulerRemoteWriteDisabled()) {
        samples.take(tenant, taken);
      }
    };
  }

  /** What the configuration says of a tenant. */
  private final class Tenants implements RuleTenants {
    @Override
    public boolean isEnabled(TenantId tenant) {
      RulerConfig own = config.ruler();
      return (own.enabledTenants().isEmpty() || own.enabledTenants().contains(tenant.value()))
          && !own.disabledTenants().contains(tenant.value());
    }

    @Override
    public Duration delay(TenantId tenant) {
      return limits.of(tenant).rules().rulerEvaluationDelayDuration();
    }
  }

  void register(Router router, TenantHeader tenants) {
    if (config.ruler().enableApi()) {
      new RuleRoutes(source(), stored, tenants, limits).register(router);
      new RuleStatusRoutes(ruler, tenants).register(router);
    }
  }

  void bind(ServerMetrics metrics) {
    metrics.gauge("skald_ruler_rule_groups", "Groups that are evaluated.", ruler::groups);
    metrics.gauge(
        "skald_ruler_alerts_pending",
        "Alerts that do not fire yet.",
        () -> ruler.alerts(Alert.State.PENDING));
    metrics.gauge(
        "skald_ruler_alerts_firing", "Alerts that fire.", () -> ruler.alerts(Alert.State.FIRING));
    metrics.counter(
        "skald_ruler_evaluations_total", "Rules evaluated.", () -> ruler.counters().evaluations());
    metrics.counter(
        "skald_ruler_evaluation_failures_total",
        "Of these, rules whose query or result was no good.",
        () -> ruler.counters().failures());
    metrics.counter(
        "skald_ruler_evaluations_missed_total",
        "Times a group was not evaluated because it or the process was busy.",
        () -> ruler.counters().missed());
    metrics.counter(
        "skald_ruler_evaluation_seconds_total",
        "Time spent evaluating rules.",
        () -> ruler.counters().nanos() / 1e9);
    metrics.gauge(
        "skald_ruler_bad_rule_files",
        "Files of rules that are no good; older rules of theirs are in force.",
        () -> local == null ? 0 : local.staleFiles());
    metrics.counter(
        "skald_ruler_rule_file_failures_total",
        "Times a file of rules changed into one that is no good.",
        () -> local == null ? 0 : local.failures());
    bindNotices(metrics);
    bindSamples(metrics);
  }

  private void bindNotices(ServerMetrics metrics) {
    metrics.gauge(
        "skald_ruler_notifications_queue_length", "Alerts that wait to be told.", notices::waiting);
    metrics.counter(
        "skald_ruler_notifications_sent_total",
        "Alerts told to an Alertmanager, repetitions included.",
        notices::sent);
    metrics.counter(
        "skald_ruler_notifications_dropped_total",
        "Alerts not told because too many waited.",
        notices::dropped);
    metrics.counter(
        "skald_ruler_notifications_errors_total",
        "Alerts not told because the request failed.",
        notices::errors);
  }

  private void bindSamples(ServerMetrics metrics) {
    metrics.gauge(
        "skald_ruler_remote_write_queue_length", "Samples that wait to be sent.", samples::waiting);
    metrics.counter(
        "skald_ruler_remote_write_samples_sent_total",
        "Samples that a receiver has taken.",
        samples::sent);
    metrics.counter(
        "skald_ruler_remote_write_samples_refused_total",
        "Samples that a receiver has refused for good.",
        samples::refused);
    metrics.counter(
        "skald_ruler_remote_write_samples_dropped_total",
        "Samples dropped because too many waited, or at the stop.",
        samples::dropped);
    metrics.counter(
        "skald_ruler_remote_write_retries_total",
        "Requests that failed and were repeated.",
        samples::retries);
  }

  void start() {
    timer.start();
    if (local != null) {
      Duration period = config.ruler().pollInterval();
      poller = Thread.ofVirtual().name("rule-files").start(() -> poll(local, period));
    }
  }

  private static void poll(LocalRules rules, Duration period) {
    try {
      while (true) {
        Thread.sleep(period);
        try {
          rules.refresh();
        } catch (RuntimeException e) {
          LOG.error("the folder of rules could not be read", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends evaluations, then tells and sends what waits. */
  @Override
  public void close() {
    stopped = true;
    timer.close();
    if (poller != null) {
      poller.interrupt();
    }
    groups.shutdown();
    try {
      if (!groups.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("rules are still being evaluated after {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      notices.close();
    } finally {
      samples.close();
    }
  }
}
