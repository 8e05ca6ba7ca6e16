package io.skald.common.limits;

import java.time.Duration;

/**
 * What a tenant's rules may be.
 *
 * @param rulerMaxRulesPerRuleGroup the most rules of a group that is written through the API
 * @param rulerMaxRuleGroupsPerTenant the most groups that the API takes
 * @param rulerEvaluationDelayDuration how far behind now rules look, for entries that come late
 * @param rulerRemoteWriteDisabled whether samples of the tenant's rules are sent nowhere
 */
public record RuleLimits(
    int rulerMaxRulesPerRuleGroup,
    int rulerMaxRuleGroupsPerTenant,
    Duration rulerEvaluationDelayDuration,
    boolean rulerRemoteWriteDisabled) {
  static final RuleLimits DEFAULTS = new RuleLimits(0, 0, Duration.ZERO, false);

  public RuleLimits {
    Limits.notNegative("ruler_max_rules_per_rule_group", rulerMaxRulesPerRuleGroup);
    Limits.notNegative("ruler_max_rule_groups_per_tenant", rulerMaxRuleGroupsPerTenant);
    Limits.notNegative("ruler_evaluation_delay_duration", rulerEvaluationDelayDuration.toNanos());
  }
}
