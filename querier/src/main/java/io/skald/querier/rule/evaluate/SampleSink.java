package io.skald.querier.rule.evaluate;

import io.skald.common.model.TenantId;
import java.util.List;

/** Takes the samples of rules. Thread-safe; does not block for long. */
@FunctionalInterface
public interface SampleSink {
  /** Takes samples; what there is no room for is dropped and counted. */
  void take(TenantId tenant, List<Sample> samples);
}
