package io.skald.querier.rule.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryResult;
import io.skald.querier.rule.Rule;
import io.skald.querier.rule.RuleGroup;
import io.skald.querier.rule.RuleNamespace;
import io.skald.querier.rule.RuleReader;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Rules under a clock that the test drives. */
class RulerTest {
  private static final TenantId TENANT = new TenantId("a");
  private static final long SECOND = 1_000_000_000L;
  private static final long START = 1_700_000_000L * SECOND;
  private static final Duration RESEND = Duration.ofMinutes(1);

  private long now = START;
  private Map<TenantId, List<RuleNamespace>> rules = Map.of();
  private final Map<String, QueryResult> answers = new TreeMap<>();
  private final List<String> asked = new ArrayList<>();
  private final List<Long> askedAt = new ArrayList<>();
  private final List<Notice> notices = new ArrayList<>();
  private final List<Sample> samples = new ArrayList<>();
  private final Deque<Runnable> held = new ArrayDeque<>();
  private boolean holding;
  private Duration delay = Duration.ZERO;
  private boolean enabled = true;

  private final Clock clock =
      new Clock() {
        @Override
        public long nowNanos() {
          return now;
        }

        @Override
        public long monotonicNanos() {
          return now;
        }
      };

  private final RuleTenants tenants =
      new RuleTenants() {
        @Override
        public boolean isEnabled(TenantId tenant) {
          return enabled;
        }

        @Override
        public Duration delay(TenantId tenant) {
          return delay;
        }
      };

  private final Ruler ruler =
      new Ruler(
          () -> rules,
          this::answer,
          tenants,
          new EvaluationConfig(
              Duration.ofMinutes(1), RESEND, Labels.of("region", "eu"), "http://grafana"),
          (_, taken) -> notices.addAll(taken),
          (_, taken) -> samples.addAll(taken),
          task -> {
            if (holding) {
              held.add(task);
            } else {
              task.run();
            }
          },
          clock);

  private QueryResult answer(TenantId tenant, String query, long time) {
    asked.add(query);
    askedAt.add(time);
    QueryResult answer = answers.get(query);
    if (answer == null) {
      throw new QueryException(400, "no answer");
    }
    return answer;
  }

  private void rules(String... groups) {
    List<RuleGroup> read = new ArrayList<>();
    for (String group : groups) {
      read.add(RuleReader.group(group));
    }
    rules = Map.of(TENANT, List.of(new RuleNamespace("ns", read)));
    ruler.skip();
  }

  private void alert(String more) {
    rules("{name: g, interval: 10s, rules: [{alert: Jam, expr: vector(1)" + more + "}]}");
  }

  private void present(double value, String... labels) {
    answers.put(
        "vector(1)",
        new QueryResult.Vector(List.of(new QueryResult.Sample(Labels.of(labels), 0, value))));
  }

  private void absent() {
    answers.put("vector(1)", new QueryResult.Vector(List.of()));
  }

  /** Lets an interval of ten seconds pass and evaluates. */
  private void step() {
    now += 10 * SECOND;
    ruler.tick();
  }

  private void steps(int count) {
    for (int i = 0; i < count; i++) {
      step();
    }
  }

  private RuleStatus status() {
    return ruler.of(TENANT).getFirst().rules().getFirst();
  }

  private Alert.State state() {
    return status().state();
  }

  @Test
  void tick_eachInterval_evaluatesOnceAtItsSlot() {
    rules("{name: g, interval: 10s, rules: [{record: r, expr: vector(1)}]}");
    present(1);
    for (int i = 0; i < 60; i++) {
      now += SECOND;
      ruler.tick();
    }

    assertThat(askedAt).hasSize(6);
    for (int i = 1; i < 6; i++) {
      assertThat(askedAt.get(i) - askedAt.get(i - 1)).isEqualTo(10 * SECOND);
    }
    assertThat(ruler.counters().missed()).isZero();
  }

  @Test
  void tick_manyGroups_areSpreadOverTheInterval() {
    String[] groups = new String[100];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = "{name: g" + i + ", interval: 10s, rules: [{record: r, expr: vector(1)}]}";
    }
    rules(groups);
    present(1);
    for (int second = 0; second < 10; second++) {
      int before = asked.size();
      now += SECOND;
      ruler.tick();

      assertThat(asked.size() - before).isBetween(1, 25);
    }
    assertThat(asked).hasSize(100);
  }

  @Test
  void tick_rulesOfAGroup_areEvaluatedInOrderAtOneInstant() {
    rules(
        "{name: g, interval: 10s, rules: [{record: c, expr: vector(3)}, {record: b, expr:"
            + " vector(1)}, {alert: a, expr: vector(2)}]}");
    step();

    assertThat(asked).containsExactly("vector(3)", "vector(1)", "vector(2)");
    assertThat(askedAt.stream().distinct()).hasSize(1);
  }

  @Test
  void tick_processWasAway_countsWhatItMissed() {
    rules("{name: g, interval: 10s, rules: [{record: r, expr: vector(1)}]}");
    present(1);
    now += 50 * SECOND;
    ruler.tick();

    assertThat(asked).hasSize(1);
    assertThat(ruler.counters().missed()).isEqualTo(4);
  }

  @Test
  void tick_clockIsSetBack_goesOn() {
    rules("{name: g, interval: 10s, rules: [{record: r, expr: vector(1)}]}");
    present(1);
    step();
    now -= 3600 * SECOND;
    ruler.tick();
    step();

    assertThat(asked).hasSize(2);
  }

  @Test
  void tick_groupStillRuns_missesItsSlotAndDoesNotPileUp() {
    rules("{name: g, interval: 10s, rules: [{record: r, expr: vector(1)}]}");
    present(1);
    holding = true;
    steps(4);

    assertThat(held).hasSize(1);
    assertThat(ruler.counters().missed()).isEqualTo(3);
    held.remove().run();
    step();
    assertThat(held).hasSize(1);
  }

  @Test
  void skip_notReady_countsNothing() {
    rules("{name: g, interval: 10s, rules: [{record: r, expr: vector(1)}]}");
    now += 500 * SECOND;
    ruler.skip();
    ruler.tick();

    assertThat(asked).isEmpty();
    assertThat(ruler.counters().missed()).isZero();
  }

  @Test
  void query_delayOfTheTenant_looksBehindNow() {
    rules("{name: g, interval: 10s, rules: [{record: r, expr: vector(1)}]}");
    present(1);
    step();
    delay = Duration.ofSeconds(30);
    step();

    assertThat(askedAt.getLast() - askedAt.getFirst()).isEqualTo((10 - 30) * SECOND);
  }

  @Test
  void status_beforeTheFirstEvaluation_isUnknown() {
    alert("");

    assertThat(state()).isEqualTo(Alert.State.UNKNOWN);
    assertThat(status().last().health()).isEqualTo("unknown");
    assertThat(status().last().isNever()).isTrue();
  }

  @Test
  void alert_withoutFor_firesAtOnceAndIsTold() {
    alert(", labels: {severity: page}, annotations: {text: '{{ $labels.app }}: {{ $value }}'}");
    present(2, "app", "kiosk");
    step();

    assertThat(state()).isEqualTo(Alert.State.FIRING);
    Alert alert = status().alerts().getFirst();
    assertThat(alert.labels())
        .isEqualTo(Labels.of("alertname", "Jam", "app", "kiosk", "severity", "page"));
    assertThat(alert.annotations()).isEqualTo(Labels.of("text", "kiosk: 2"));
    Notice notice = notices.getFirst();
    assertThat(notice.labels()).isEqualTo(alert.labels());
    assertThat(notice.endsAtNanos() - notice.startsAtNanos())
        .isEqualTo(RESEND.multipliedBy(4).toNanos());
  }

  @Test
  void alert_withFor_isPendingUntilThenAndNotTold() {
    alert(", for: 25s");
    present(1);
    step();
    assertThat(state()).isEqualTo(Alert.State.PENDING);
    steps(2);
    assertThat(state()).isEqualTo(Alert.State.PENDING);
    assertThat(notices).isEmpty();

    step();

    assertThat(state()).isEqualTo(Alert.State.FIRING);
    assertThat(notices).hasSize(1);
  }

  @Test
  void alert_pendingAndGone_isForgotten() {
    alert(", for: 1m");
    present(1);
    step();
    absent();
    step();

    assertThat(state()).isEqualTo(Alert.State.INACTIVE);
    present(1);
    steps(3);
    assertThat(state()).isEqualTo(Alert.State.PENDING);
    assertThat(notices).isEmpty();
  }

  @Test
  void alert_firingAndGone_isToldAsEndedAndAgainForAWhile() {
    alert("");
    present(1);
    step();
    absent();
    step();

    assertThat(state()).isEqualTo(Alert.State.INACTIVE);
    assertThat(notices).hasSize(2);
    Notice ended = notices.getLast();
    assertThat(ended.endsAtNanos()).isLessThanOrEqualTo(now);
    steps(6);
    assertThat(notices).hasSize(3);
    assertThat(notices.getLast().endsAtNanos()).isEqualTo(ended.endsAtNanos());
    steps(6 * 20);
    int told = notices.size();
    steps(6 * 20);
    assertThat(notices).hasSize(told);
  }

  @Test
  void alert_goesOn_isToldAgainAfterTheDelay() {
    alert("");
    present(1);
    steps(5);
    assertThat(notices).hasSize(1);

    steps(2);

    assertThat(notices).hasSize(2);
  }

  @Test
  void alert_keepFiringFor_outlivesItsSeries() {
    alert(", keep_firing_for: 25s");
    present(1);
    step();
    absent();
    steps(3);
    assertThat(state()).isEqualTo(Alert.State.FIRING);

    step();

    assertThat(state()).isEqualTo(Alert.State.INACTIVE);
  }

  @Test
  void alert_comesBackWhileKeptFiring_startsThePeriodAnew() {
    alert(", keep_firing_for: 25s");
    present(1);
    step();
    absent();
    steps(2);
    present(1);
    step();
    absent();
    steps(3);

    assertThat(state()).isEqualTo(Alert.State.FIRING);
    assertThat(status().alerts()).hasSize(1);
  }

  @Test
  void alert_queryFails_keepsItsAlertsAndTellsTheError() {
    alert("");
    present(1);
    step();
    answers.clear();
    step();

    assertThat(state()).isEqualTo(Alert.State.FIRING);
    assertThat(status().last().health()).isEqualTo("err");
    assertThat(status().last().lastError()).isEqualTo("no answer");
    assertThat(ruler.counters().failures()).isEqualTo(1);
    present(1);
    step();
    assertThat(status().last().health()).isEqualTo("ok");
    assertThat(status().last().lastError()).isEmpty();
  }

  @Test
  void alert_moreThanTheLimit_isAnErrorAndNoAlert() {
    rules("{name: g, interval: 10s, limit: 1, rules: [{alert: Jam, expr: vector(1)}]}");
    answers.put(
        "vector(1)",
        new QueryResult.Vector(
            List.of(
                new QueryResult.Sample(Labels.of("a", "1"), 0, 1),
                new QueryResult.Sample(Labels.of("a", "2"), 0, 1))));
    step();

    assertThat(status().alerts()).isEmpty();
    assertThat(status().last().lastError()).isEqualTo("exceeded limit of 1 with 2 alerts");
    assertThat(notices).isEmpty();
  }

  @Test
  void alert_labelsThatFallTogether_areAnError() {
    alert(", labels: {a: same}");
    answers.put(
        "vector(1)",
        new QueryResult.Vector(
            List.of(
                new QueryResult.Sample(Labels.of("a", "1"), 0, 1),
                new QueryResult.Sample(Labels.of("a", "2"), 0, 1))));
    step();

    assertThat(status().last().lastError())
        .isEqualTo("vector contains metrics with the same labelset after applying alert labels");
  }

  @Test
  void alert_templateFails_tellsSoInTheAnnotation() {
    alert(", annotations: {a: '{{ nothing }}', b: '{{ humanize \"x\" }}', c: '{{ $x.y }}'}");
    present(1);
    step();

    Labels annotations = status().alerts().getFirst().annotations();
    assertThat(annotations.getOrEmpty("a"))
        .isEqualTo(
            "<error expanding template: error parsing template __alert_Jam: template:"
                + " __alert_Jam:1: function \"nothing\" not defined>");
    assertThat(annotations.getOrEmpty("b"))
        .startsWith(
            "<error expanding template: error executing template __alert_Jam: template:"
                + " __alert_Jam:1:")
        .endsWith("strconv.ParseFloat: parsing \"x\": invalid syntax>");
    assertThat(annotations.getOrEmpty("c")).contains("undefined variable \"$x\"");
    assertThat(state()).isEqualTo(Alert.State.FIRING);
  }

  @Test
  void alert_emptyLabel_removesThatOfTheSeries() {
    alert(", labels: {app: ''}");
    present(1, "app", "kiosk");
    step();

    assertThat(status().alerts().getFirst().labels()).isEqualTo(Labels.of("alertname", "Jam"));
  }

  @Test
  void alert_samples_tellTheStateAndSince() {
    alert(", for: 15s");
    present(1);
    step();

    assertThat(samples)
        .extracting(sample -> sample.labels().getOrEmpty("__name__"))
        .containsExactly("ALERTS", "ALERTS_FOR_STATE");
    assertThat(samples.getFirst().labels().getOrEmpty("alertstate")).isEqualTo("pending");
    assertThat(samples.getLast().value())
        .isEqualTo(Math.floor(status().alerts().getFirst().activeAtNanos() / 1e9));
  }

  @Test
  void record_vector_yieldsSamplesOfTheNewName() {
    rules(
        "{name: g, interval: 10s, rules: [{record: app:jams, expr: vector(1), labels: {team:"
            + " b}}]}");
    present(3, "app", "kiosk", "team", "a");
    step();

    Sample sample = samples.getFirst();
    assertThat(sample.labels())
        .isEqualTo(Labels.of("__name__", "app:jams", "app", "kiosk", "team", "b"));
    assertThat(sample.value()).isEqualTo(3);
    assertThat(sample.timestampMillis()).isEqualTo(askedAt.getFirst() / 1_000_000);
  }

  @Test
  void record_number_isASeriesWithoutLabels() {
    rules("{name: g, interval: 10s, rules: [{record: n, expr: vector(1)}]}");
    answers.put("vector(1)", new QueryResult.Scalar(0, 7));
    step();

    assertThat(samples.getFirst().labels()).isEqualTo(Labels.of("__name__", "n"));
  }

  @Test
  void record_logLines_areAnError() {
    rules("{name: g, interval: 10s, rules: [{record: n, expr: vector(1)}]}");
    answers.put("vector(1)", new QueryResult.Streams(List.of()));
    step();

    assertThat(status().last().lastError())
        .isEqualTo("the result of a rule must be a vector or a number");
  }

  @Test
  void sync_groupIsChanged_keepsTheAlertsOfRulesThatStay() {
    alert(", for: 15s");
    present(1);
    steps(2);
    assertThat(state()).isEqualTo(Alert.State.PENDING);
    long since = status().alerts().getFirst().activeAtNanos();

    rules(
        "{name: g, interval: 10s, rules: [{record: new, expr: vector(1)}, {alert: Jam, expr:"
            + " vector(1), for: 15s, annotations: {a: b}}]}");
    step();

    RuleStatus changed = ruler.of(TENANT).getFirst().rules().getLast();
    assertThat(changed.rule()).isInstanceOf(Rule.Alerting.class);
    assertThat(changed.state()).isEqualTo(Alert.State.FIRING);
    assertThat(changed.alerts().getFirst().activeAtNanos()).isEqualTo(since);
    assertThat(changed.alerts().getFirst().annotations()).isEqualTo(Labels.of("a", "b"));
  }

  @Test
  void sync_groupIsChangedManyTimesAtOnce_keepsItsAlerts() {
    alert("");
    present(1);
    step();
    for (int i = 0; i < 20_000; i++) {
      alert(", annotations: {i: '" + i + "'}");
    }
    step();

    assertThat(state()).isEqualTo(Alert.State.FIRING);
    assertThat(notices).hasSize(1);
  }

  @Test
  void sync_groupIsRemovedWhileItWaits_doesNotRun() {
    alert("");
    present(1);
    holding = true;
    step();
    rules = Map.of();
    ruler.tick();
    held.remove().run();

    assertThat(asked).isEmpty();
    assertThat(ruler.groups()).isZero();
  }

  @Test
  void sync_tenantIsDisabled_hasNoGroups() {
    enabled = false;
    alert("");
    step();

    assertThat(ruler.of(TENANT)).isEmpty();
    assertThat(asked).isEmpty();
  }
}
