/**
 * The stages of a log pipeline, compiled once per query and run line by line, or block by block
 * where only bytes are looked at.
 *
 * <p>Entry type: {@link io.skald.logql.pipeline.Pipeline}. A {@code Pipeline} is immutable and
 * shared; a {@link io.skald.logql.pipeline.LineProcessor} belongs to one thread and one stream.
 */
@NullMarked
package io.skald.logql.pipeline;

import org.jspecify.annotations.NullMarked;
