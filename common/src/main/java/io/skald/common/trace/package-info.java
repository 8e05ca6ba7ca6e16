/**
 * The trace of a request as roles see it: they tell of phases that have ended. Who records them is
 * not known here; without anybody nothing is done.
 *
 * <p>Entry type: {@link io.skald.common.trace.RequestTrace}. No threads.
 */
@NullMarked
package io.skald.common.trace;

import org.jspecify.annotations.NullMarked;
