/**
 * The routes of rules: groups as YAML below {@code /loki/api/v1/rules} and {@code /api/prom/rules},
 * rules and alerts as they stand below {@code /prometheus/api/v1}.
 *
 * <p>Entry type: {@link io.skald.querier.rule.api.RuleRoutes}. No threads.
 */
@NullMarked
package io.skald.querier.rule.api;

import org.jspecify.annotations.NullMarked;
