package io.skald.distributor.validate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.skald.common.limits.Limits;
import io.skald.common.model.TenantId;
import io.skald.common.push.DecodedPush;
import io.skald.common.push.PushDecodeException;
import io.skald.common.time.Clock;
import io.skald.distributor.labels.LabelCache;
import io.skald.distributor.labels.LabelRules;

/** Applies a tenant's limits to decoded pushes. Thread-safe. */
public final class PushValidator {
  private static final int MAX_RULES = 1000;

  private final LabelCache labels;
  private final Clock clock;

  /** One instance of rules for limits: the label cache tells rules apart by identity, too. */
  private final Cache<Limits, LabelRules> rules =
      Caffeine.newBuilder().weakKeys().maximumSize(MAX_RULES).executor(Runnable::run).build();

  public PushValidator(LabelCache labels, Clock clock) {
    this.labels = labels;
    this.clock = clock;
  }

  /**
   * Drops the entries and streams that the limits do not allow and keeps the rest.
   *
   * @param limits the same instance as long as they do not change
   * @param push its lines may be cut
   * @throws PushDecodeException if label text cannot be parsed or a metadata name stands for
   *     nothing: the whole push is refused then
   */
  public ValidatedPush validate(TenantId tenant, Limits limits, DecodedPush push) {
    LabelRules labelRules = rules.get(limits, LabelRules::new);
    EntryRules entryRules = EntryRules.of(limits, clock.nowNanos());
    return new PushWalk(tenant, push, labels, labelRules, entryRules).walk();
  }
}
