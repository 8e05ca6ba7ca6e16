package io.skald.querier.rule.evaluate;

import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.querier.rule.RuleGroup;
import io.skald.querier.rule.RuleNamespace;
import io.skald.querier.rule.RuleSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the rules of a source, each group in its own interval. {@link #tick} says that time has
 * passed; nothing happens without. Thread-safe.
 */
public final class Ruler {
  private final RuleSource source;
  private final GroupRun.Shared shared;
  private final Executor executor;

  /** Those that are in force, in the order of the source. Guarded by this. */
  private Map<TenantId, Map<GroupRun.Key, GroupRun>> runs = Map.of();

  /** What {@code runs} was made of. Guarded by this. */
  private @Nullable Map<TenantId, List<RuleNamespace>> known;

  /**
   * @param executor runs groups, each perhaps for as long as a query may take
   */
  public Ruler(
      RuleSource source,
      RuleQueries queries,
      RuleTenants tenants,
      EvaluationConfig config,
      NoticeSink notices,
      SampleSink samples,
      Executor executor,
      Clock clock) {
    this.source = source;
    this.executor = executor;
    this.shared =
        new GroupRun.Shared(queries, tenants, config, notices, samples, new RulerCounters(), clock);
  }

  /**
   * Begins the evaluations that are due.
   *
   * @return when the next one is, in nanoseconds since the Unix epoch; {@link Long#MAX_VALUE} if
   *     there are no groups
   */
  public synchronized long tick() {
    sync();
    long now = shared.clock().nowNanos();
    long next = Long.MAX_VALUE;
    for (GroupRun run : allRuns()) {
      Runnable evaluation = run.due(now);
      if (evaluation != null) {
        executor.execute(evaluation);
      }
      next = Math.min(next, run.nextNanos());
    }
    return next;
  }

  /** Lets time pass without evaluations, which then count neither as done nor as missed. */
  public synchronized void skip() {
    sync();
    long now = shared.clock().nowNanos();
    allRuns().forEach(run -> run.skipTo(now));
  }

  /** Ends all groups; an evaluation that is under way goes on to the end of its rule. */
  public synchronized void stop() {
    allRuns().forEach(GroupRun::retire);
    runs = Map.of();
  }

  private Collection<GroupRun> allRuns() {
    List<GroupRun> all = new ArrayList<>();
    runs.values().forEach(ofTenant -> all.addAll(ofTenant.values()));
    return all;
  }

  /** Takes over what has changed in the source; what has not keeps its state. */
  @SuppressWarnings("ReferenceEquality") // the same map means that nothing has changed
  private void sync() {
    Map<TenantId, List<RuleNamespace>> all = source.all();
    if (all == known) {
      return;
    }
    known = all;
    Map<TenantId, Map<GroupRun.Key, GroupRun>> changed = new LinkedHashMap<>();
    all.forEach((tenant, namespaces) -> {
      if (shared.tenants().isEnabled(tenant)) {
        Map<GroupRun.Key, GroupRun> before = runs.getOrDefault(tenant, Map.of());
        changed.put(tenant, synced(tenant, namespaces, before));
      }
    });
    runs.forEach((tenant, before) -> {
      Map<GroupRun.Key, GroupRun> after = changed.getOrDefault(tenant, Map.of());
      before.forEach((key, run) -> {
        if (!after.containsKey(key)) {
          run.retire();
        }
      });
    });
    runs = changed;
  }

  private Map<GroupRun.Key, GroupRun> synced(
      TenantId tenant, List<RuleNamespace> namespaces, Map<GroupRun.Key, GroupRun> before) {
    Map<GroupRun.Key, GroupRun> runsOfTenant = new LinkedHashMap<>();
    for (RuleNamespace namespace : namespaces) {
      for (RuleGroup group : namespace.groups()) {
        GroupRun.Key key = new GroupRun.Key(tenant, namespace.name(), group.name());
        GroupRun old = before.get(key);
        GroupRun run =
            old != null && old.group().equals(group)
                ? old
                : new GroupRun(key, group, shared, old == null ? null : old.retire());
        runsOfTenant.put(key, run);
      }
    }
    return runsOfTenant;
  }

  /** Returns the groups of a tenant and how they stand, by namespace and in their order. */
  public synchronized List<GroupStatus> of(TenantId tenant) {
    sync();
    return runs.getOrDefault(tenant, Map.of()).values().stream().map(GroupRun::status).toList();
  }

  public RulerCounters counters() {
    return shared.counters();
  }

  /** Returns how many groups there are. */
  public synchronized int groups() {
    return runs.values().stream().mapToInt(Map::size).sum();
  }

  /** Returns how many alerts of all tenants are in a state. */
  public synchronized long alerts(Alert.State state) {
    return allRuns().stream()
        .flatMap(run -> run.status().rules().stream())
        .flatMap(rule -> rule.alerts().stream())
        .filter(alert -> alert.state() == state)
        .count();
  }
}
