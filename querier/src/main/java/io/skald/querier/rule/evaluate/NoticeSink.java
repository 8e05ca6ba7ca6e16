package io.skald.querier.rule.evaluate;

import io.skald.common.model.TenantId;
import java.util.List;

/** Tells others of alerts. Thread-safe; does not block for long. */
@FunctionalInterface
public interface NoticeSink {
  /** Takes notices; what there is no room for is dropped and counted. */
  void take(TenantId tenant, List<Notice> notices);
}
