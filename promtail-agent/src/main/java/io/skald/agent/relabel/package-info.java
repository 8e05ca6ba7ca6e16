/**
 * Prometheus relabelling rules: label sets in, label sets or nothing out.
 *
 * <p>Owns the rules and their checks; where label sets come from and what they lead to is the
 * caller's. Entry type: {@link io.skald.agent.relabel.RelabelRules}. No threads, no state.
 */
@NullMarked
package io.skald.agent.relabel;

import org.jspecify.annotations.NullMarked;
