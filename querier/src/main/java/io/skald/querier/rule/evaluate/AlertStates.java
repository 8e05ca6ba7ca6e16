package io.skald.querier.rule.evaluate;

import static io.skald.querier.rule.evaluate.Alert.State.FIRING;
import static io.skald.querier.rule.evaluate.Alert.State.INACTIVE;
import static io.skald.querier.rule.evaluate.Alert.State.PENDING;

import io.skald.common.model.Labels;
import io.skald.querier.rule.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The alerts of one rule, by their labels: pending when their series comes, firing when it has been
 * there long enough, inactive when it has gone. The rules are those of Prometheus. Confined to the
 * thread that evaluates the group.
 */
final class AlertStates {
  /**
   * An alert that has ceased is told of so long: its first notice may have been lost, and the
   * receiver may have been away.
   */
  private static final Duration KEEP_RESOLVED = Duration.ofMinutes(15);

  /** Beyond it, alerts that have ceased are forgotten at once: their series change all the time. */
  private static final int MAX_ALERTS = 10_000;

  /** No time. */
  private static final long NEVER = Long.MIN_VALUE;

  private final Rule.Alerting rule;
  private final Map<Labels, Active> active = new TreeMap<>();

  AlertStates(Rule.Alerting rule) {
    this.rule = rule;
  }

  /** Goes on with the alerts of an older form of the rule, which is not evaluated any more. */
  void adopt(AlertStates before) {
    active.putAll(before.active);
  }

  /** An alert and its times in nanoseconds; {@link #NEVER} if they have not come. */
  private static final class Active {
    Labels annotations;
    Alert.State state = PENDING;
    double value;
    long activeAt;
    long firedAt = NEVER;
    long keepFiringSince = NEVER;
    long resolvedAt = NEVER;
    long sentAt = NEVER;

    Active(long activeAt, Labels annotations, double value) {
      this.activeAt = activeAt;
      this.annotations = annotations;
      this.value = value;
    }
  }

  /** A series of the result, as an alert. */
  record Seen(Labels annotations, double value) {}

  /**
   * Takes the result of an evaluation.
   *
   * @param seen by the labels of the alerts
   * @return how many are pending or firing
   */
  int update(Map<Labels, Seen> seen, long now) {
    seen.forEach((labels, one) -> {
      Active known = active.get(labels);
      if (known == null || known.state == INACTIVE) {
        active.put(labels, new Active(now, one.annotations(), one.value()));
      } else {
        known.annotations = one.annotations();
        known.value = one.value();
      }
    });
    Iterator<Map.Entry<Labels, Active>> all = active.entrySet().iterator();
    int count = 0;
    while (all.hasNext()) {
      Map.Entry<Labels, Active> entry = all.next();
      Active alert = entry.getValue();
      if (seen.containsKey(entry.getKey())) {
        present(alert, now);
      } else if (!absent(alert, now)) {
        all.remove();
        continue;
      }
      count += alert.state == INACTIVE ? 0 : 1;
    }
    return count;
  }

  private void present(Active alert, long now) {
    alert.keepFiringSince = NEVER;
    if (alert.state == PENDING && now - alert.activeAt >= rule.hold().toNanos()) {
      alert.state = FIRING;
      alert.firedAt = now;
    }
  }

  /** Returns whether the alert is still of interest. */
  private boolean absent(Active alert, long now) {
    if (alert.state == PENDING) {
      return false;
    }
    if (alert.state == INACTIVE) {
      return active.size() <= MAX_ALERTS && now - alert.resolvedAt <= KEEP_RESOLVED.toNanos();
    }
    if (rule.keepFiringFor().isPositive()) {
      if (alert.keepFiringSince == NEVER) {
        alert.keepFiringSince = now;
      }
      if (now - alert.keepFiringSince < rule.keepFiringFor().toNanos()) {
        return true;
      }
    }
    alert.state = INACTIVE;
    alert.resolvedAt = now;
    return true;
  }

  void clear() {
    active.clear();
  }

  /** Returns the alerts that are pending or firing, sorted by labels. */
  List<Alert> alerts() {
    List<Alert> alerts = new ArrayList<>();
    active.forEach((labels, alert) -> {
      if (alert.state != INACTIVE) {
        alerts.add(new Alert(labels, alert.annotations, alert.state, alert.activeAt, alert.value));
      }
    });
    return alerts;
  }

  /**
   * Returns what has to be told now, and takes it as told.
   *
   * @param validFor how long a notice holds if none follows
   */
  List<Notice> notices(long now, Duration resendDelay, Duration validFor) {
    List<Notice> notices = new ArrayList<>();
    active.forEach((labels, alert) -> {
      if (mustBeTold(alert, now, resendDelay)) {
        alert.sentAt = now;
        long endsAt = alert.state == INACTIVE ? alert.resolvedAt : now + validFor.toNanos();
        notices.add(new Notice(labels, alert.annotations, alert.firedAt, endsAt, rule.expr()));
      }
    });
    return notices;
  }

  private static boolean mustBeTold(Active alert, long now, Duration resendDelay) {
    if (alert.state == PENDING) {
      return false;
    }
    return alert.sentAt == NEVER
        || alert.resolvedAt > alert.sentAt
        || now - alert.sentAt >= resendDelay.toNanos();
  }
}
