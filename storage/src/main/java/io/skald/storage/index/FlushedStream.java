package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;

/**
 * How much of a stream's WAL the index makes superfluous.
 *
 * @param position every WAL record of the stream up to and including this position is in chunks
 *     that the index knows
 */
public record FlushedStream(TenantId tenant, Fingerprint fingerprint, long position) {}
