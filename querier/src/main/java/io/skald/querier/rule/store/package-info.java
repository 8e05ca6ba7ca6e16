/**
 * How rules are kept: in the object store, where the API changes them, or in a folder that others
 * write.
 *
 * <p>Entry types: {@link io.skald.querier.rule.store.ObjectRules}, {@link
 * io.skald.querier.rule.store.LocalRules}. No threads.
 */
@NullMarked
package io.skald.querier.rule.store;

import org.jspecify.annotations.NullMarked;
