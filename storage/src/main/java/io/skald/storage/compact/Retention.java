package io.skald.storage.compact;

import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;

/** How long the entries of a stream are kept. */
@FunctionalInterface
public interface Retention {
  /** Returns the time in nanoseconds; 0 keeps them for ever. */
  long keepNanos(TenantId tenant, Labels stream);
}
