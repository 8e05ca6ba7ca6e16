/**
 * JSON as bytes: tokens, strings and path expressions, with the leniency that clients of LogQL
 * expect. Knows neither labels nor queries; recursion depth does not depend on the input.
 *
 * <p>Entry types: {@link io.skald.logql.pipeline.json.JsonScanner} (one per thread) and {@link
 * io.skald.logql.pipeline.json.JsonPath} (immutable).
 */
@NullMarked
package io.skald.logql.pipeline.json;

import org.jspecify.annotations.NullMarked;
