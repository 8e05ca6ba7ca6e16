/**
 * Evaluates parsed queries over a {@link io.skald.common.block.LogSource}.
 *
 * <p>Entry type: {@link io.skald.logql.engine.QueryEngine}.
 */
@NullMarked
package io.skald.logql.engine;

import org.jspecify.annotations.NullMarked;
