/**
 * Tests on the bytes of a line: literals, regular expressions, patterns, addresses. Knows neither
 * labels nor queries.
 *
 * <p>Entry types: {@link io.skald.logql.pipeline.match.LineTest} and the classes that make one. All
 * types are immutable and thread-safe.
 */
@NullMarked
package io.skald.logql.pipeline.match;

import org.jspecify.annotations.NullMarked;
