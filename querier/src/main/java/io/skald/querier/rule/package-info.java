/**
 * What rules are: groups of them, the YAML they are written in, what makes them valid, and the keys
 * of the {@code ruler} block.
 *
 * <p>How rules are kept is {@code rule.store}, how they are evaluated {@code rule.evaluate}, what
 * becomes of alerts and samples {@code rule.notify} and {@code rule.remote}, and their routes are
 * in {@code rule.api}. Entry types: {@link io.skald.querier.rule.RuleGroup}, {@link
 * io.skald.querier.rule.RuleYaml}, {@link io.skald.querier.rule.RulerConfig}. No threads.
 */
@NullMarked
package io.skald.querier.rule;

import org.jspecify.annotations.NullMarked;
