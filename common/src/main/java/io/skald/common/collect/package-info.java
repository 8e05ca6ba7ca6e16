/** Collections with a bound. Entry type: {@link io.skald.common.collect.Latest}. No threads. */
@NullMarked
package io.skald.common.collect;

import org.jspecify.annotations.NullMarked;
