/**
 * Lines of key=value pairs as bytes. Knows neither labels nor queries.
 *
 * <p>Entry type: {@link io.skald.logql.pipeline.logfmt.LogfmtScanner}, one per thread.
 */
@NullMarked
package io.skald.logql.pipeline.logfmt;

import org.jspecify.annotations.NullMarked;
