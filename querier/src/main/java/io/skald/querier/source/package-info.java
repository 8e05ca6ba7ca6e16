/**
 * What a query reads: unflushed blocks of ingesters and stored chunks, joined so that no entry is
 * missing or doubled at the boundary or by retries.
 *
 * <p>Entry type: {@link io.skald.querier.source.TenantLogSource}. No threads of its own.
 */
@NullMarked
package io.skald.querier.source;

import org.jspecify.annotations.NullMarked;
