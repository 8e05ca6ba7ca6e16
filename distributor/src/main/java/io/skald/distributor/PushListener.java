package io.skald.distributor;

import io.skald.common.model.TenantId;
import io.skald.distributor.validate.DiscardReason;

/** Hears what pushes bring; the place for metrics. Called on request threads. */
public interface PushListener {
  PushListener NONE =
      new PushListener() {
        @Override
        public void received(TenantId tenant, long lines, long bytes) {}

        @Override
        public void discarded(TenantId tenant, DiscardReason reason, long lines, long bytes) {}
      };

  /**
   * Entries passed validation and rates and go to ingesters.
   *
   * @param bytes of lines and structured metadata
   */
  void received(TenantId tenant, long lines, long bytes);

  /** Entries were refused. */
  void discarded(TenantId tenant, DiscardReason reason, long lines, long bytes);
}
