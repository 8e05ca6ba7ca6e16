package io.skald.server;

import io.skald.common.limits.RetentionLimits;
import io.skald.common.limits.RetentionLimits.StreamRetention;
import io.skald.common.limits.TenantLimits;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import io.skald.storage.compact.Retention;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How long streams are kept by the limits of their tenants. Thread-safe. */
final class StreamPeriods implements Retention {
  /** The rule that counts first. */
  private static final Comparator<StreamRetention> ORDER =
      Comparator.comparingInt(StreamRetention::priority)
          .reversed()
          .thenComparing(StreamRetention::period);

  private final TenantLimits limits;

  /** Valid while the limits are the same. */
  private final Map<TenantId, Compiled> compiled = new ConcurrentHashMap<>();

  private record Rule(List<LabelMatcher> selector, Duration period) {
    boolean matches(Labels stream) {
      return selector.stream().allMatch(matcher -> matcher.matches(stream));
    }
  }

  private record Compiled(RetentionLimits source, List<Rule> rules) {
    static Compiled of(RetentionLimits source) {
      return new Compiled(
          source,
          source.retentionStream().stream()
              .sorted(ORDER)
              .map(rule -> new Rule(selector(rule.selector()), rule.period()))
              .toList());
    }
  }

  StreamPeriods(TenantLimits limits) {
    this.limits = limits;
  }

  /**
   * Checks that the selectors can be read.
   *
   * @throws IllegalArgumentException if one cannot
   */
  static void check(RetentionLimits limits) {
    limits.retentionStream().forEach(rule -> selector(rule.selector()));
  }

  private static List<LabelMatcher> selector(String text) {
    try {
      if (Parser.parse(text) instanceof LogExpr log && log.stages().isEmpty()) {
        return log.selector();
      }
    } catch (ParseException e) {
      throw new IllegalArgumentException(
          "retention_stream[].selector '" + text + "': " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "retention_stream[].selector must be a selector without stages: '" + text + "'");
  }

  @Override
  public long keepNanos(TenantId tenant, Labels stream) {
    RetentionLimits current = limits.of(tenant).retention();
    Compiled known = compiled.get(tenant);
    if (known == null || known.source != current) {
      known = Compiled.of(current);
      compiled.put(tenant, known);
    }
    for (Rule rule : known.rules) {
      if (rule.matches(stream)) {
        return rule.period.toNanos();
      }
    }
    return current.retentionPeriod().toNanos();
  }
}
