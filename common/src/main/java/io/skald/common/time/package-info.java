/** The injected clock. Nothing else in the project reads the system time. */
@NullMarked
package io.skald.common.time;

import org.jspecify.annotations.NullMarked;
