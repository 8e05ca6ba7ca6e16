/**
 * What components count about themselves, as values that can be read at any time. Who shows them,
 * and under which name, is not known here.
 *
 * <p>Entry types: {@link io.skald.common.measure.DurationHistogram} and {@link
 * io.skald.common.measure.CacheStatistics}. No threads.
 */
@NullMarked
package io.skald.common.measure;

import org.jspecify.annotations.NullMarked;
