package io.skald.server;

import io.skald.common.model.TenantId;
import io.skald.distributor.PushListener;
import io.skald.distributor.validate.DiscardReason;

/** What becomes of pushes, by tenant. */
final class PushMetrics implements PushListener {
  private final TenantLabels tenants = new TenantLabels();
  private final ServerMetrics.Count receivedBytes;
  private final ServerMetrics.Count receivedLines;
  private final ServerMetrics.Count discardedBytes;
  private final ServerMetrics.Count discardedLines;

  PushMetrics(ServerMetrics metrics) {
    receivedBytes =
        metrics.count(
            "skald_distributor_bytes_received_total",
            "Line and metadata bytes taken, by tenant.",
            "tenant");
    receivedLines =
        metrics.count(
            "skald_distributor_lines_received_total", "Lines taken, by tenant.", "tenant");
    discardedBytes =
        metrics.count(
            "skald_discarded_bytes_total",
            "Line bytes refused, by reason and tenant.",
            "reason",
            "tenant");
    discardedLines =
        metrics.count(
            "skald_discarded_samples_total",
            "Lines refused, by reason and tenant.",
            "reason",
            "tenant");
  }

  @Override
  public void received(TenantId tenant, long lines, long bytes) {
    String label = tenants.of(tenant.value());
    receivedLines.add(lines, label);
    receivedBytes.add(bytes, label);
  }

  @Override
  public void discarded(TenantId tenant, DiscardReason reason, long lines, long bytes) {
    String label = tenants.of(tenant.value());
    discardedLines.add(lines, reason.text(), label);
    discardedBytes.add(bytes, reason.text(), label);
  }
}
