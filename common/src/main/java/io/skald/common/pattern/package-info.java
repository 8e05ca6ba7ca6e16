/**
 * Patterns of log lines as they travel between the roles. Owns no mining and no storage format.
 * Entry type: {@link io.skald.common.pattern.PatternSamples}. No threads.
 */
@NullMarked
package io.skald.common.pattern;

import org.jspecify.annotations.NullMarked;
