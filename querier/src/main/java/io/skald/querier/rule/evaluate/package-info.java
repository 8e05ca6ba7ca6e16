/**
 * When groups of rules are evaluated, and what their results mean: alerts and their states, samples
 * of new series.
 *
 * <p>Knows neither how rules are kept nor how queries are answered, and hands alerts and samples to
 * others. Entry type: {@link io.skald.querier.rule.evaluate.Ruler}, which owns no thread; {@link
 * io.skald.querier.rule.evaluate.RulerTimer} is the one that drives it. Groups run on the executor
 * that is handed in, each on one thread at a time.
 */
@NullMarked
package io.skald.querier.rule.evaluate;

import org.jspecify.annotations.NullMarked;
