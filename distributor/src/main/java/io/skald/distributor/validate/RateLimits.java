package io.skald.distributor.validate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.skald.common.block.EntryBatch;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.limits.IngestionLimits;
import io.skald.common.limits.Limits;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.common.values.ByteSize;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/** The rates of tenants and of streams. Thread-safe. */
public final class RateLimits {
  private static final double MIB = 1 << 20;
  private static final int MAX_TENANTS = 100_000;

  /**
   * Buckets that are not full, at once. Beyond it the one that was not used for longest starts
   * again with a full burst: that errs on the side of taking entries, and bounds the memory.
   */
  private static final int MAX_STREAMS = 1_000_000;

  /** Only the first refused entries of a stream are told. */
  private static final int MAX_TOLD_ENTRIES = 10;

  private static final String ADVICE =
      "contact your Loki administrator to see if the limit can be increased";

  private final Clock clock;
  private final IntSupplier distributors;
  private final Cache<TenantId, TokenBucket> tenants;
  private final Cache<StreamKey, TokenBucket> streams;

  private record StreamKey(TenantId tenant, Fingerprint fingerprint) {}

  /**
   * What the rates of streams leave of a push.
   *
   * @param rejections one for each stream that lost entries
   */
  public record Admitted(List<StreamBatch> batches, List<EntryRejection> rejections) {}

  /**
   * @param distributors how many distributors share the rates of tenants now, this one included
   */
  public RateLimits(Clock clock, IntSupplier distributors) {
    this(clock, distributors, MAX_STREAMS);
  }

  RateLimits(Clock clock, IntSupplier distributors, int maxStreams) {
    this.clock = clock;
    this.distributors = distributors;
    this.tenants = buckets(clock, MAX_TENANTS);
    this.streams = buckets(clock, maxStreams);
  }

  /** A bucket leaves when it is full again: it says no more than a new one then. */
  private static <K> Cache<K, TokenBucket> buckets(Clock clock, int max) {
    return Caffeine.newBuilder()
        .maximumSize(max)
        .expireAfter(
            Expiry.<K, TokenBucket>accessing((_, bucket) -> Duration.ofNanos(bucket.fillNanos())))
        .ticker(clock::monotonicNanos)
        .executor(Runnable::run)
        .build();
  }

  /** Returns how many streams have a bucket that may not be full. */
  long streams() {
    streams.cleanUp();
    return streams.estimatedSize();
  }

  /**
   * Takes a whole push from the tenant's rate; returns why it may not be stored, if it may not.
   *
   * @param besideBytes of what is stored with it and is no line of it
   */
  public Optional<EntryRejection> admit(
      TenantId tenant, Limits limits, ValidatedPush push, long besideBytes) {
    double rate = rate(limits.ingestion());
    if (rate == 0) {
      return Optional.empty();
    }
    double burst = limits.ingestion().ingestionBurstSizeMb() * MIB;
    TokenBucket bucket = tenants.get(tenant, _ -> new TokenBucket(clock, rate, burst));
    if (bucket.take((double) (push.bytes() + besideBytes), rate, burst)) {
      return Optional.empty();
    }
    push.discards().add(DiscardReason.RATE_LIMITED, push.lines(), push.bytes());
    return Optional.of(
        new EntryRejection(
            429,
            "ingestion rate limit exceeded for user "
                + tenant
                + " (limit: "
                + (long) rate
                + " bytes/sec) while attempting to ingest '"
                + push.lines()
                + "' lines totaling '"
                + push.bytes()
                + "' bytes, reduce log volume or "
                + ADVICE));
  }

  private double rate(IngestionLimits limits) {
    double rate = limits.ingestionRateMb() * MIB;
    return switch (limits.ingestionRateStrategy()) {
      case LOCAL -> rate;
      case GLOBAL -> rate / Math.max(1, distributors.getAsInt());
    };
  }

  /**
   * Returns after how many seconds a push that was refused may be sent again: when the tenant's
   * bucket holds as much, or is full. At least one.
   */
  public long retryAfterSeconds(TenantId tenant, Limits limits, ValidatedPush push) {
    TokenBucket bucket = tenants.getIfPresent(tenant);
    double rate = rate(limits.ingestion());
    return bucket == null || rate == 0
        ? 1
        : bucket.secondsUntil(
            (double) push.bytes(), rate, limits.ingestion().ingestionBurstSizeMb() * MIB);
  }

  /** Drops the entries that go beyond the rates of their streams. */
  public Admitted admitStreams(TenantId tenant, Limits limits, ValidatedPush push) {
    double rate = (double) limits.ingestion().perStreamRateLimit();
    if (rate == 0) {
      return new Admitted(push.batches(), List.of());
    }
    double burst = Math.max(rate, (double) limits.ingestion().perStreamRateLimitBurst());
    List<StreamBatch> admitted = new ArrayList<>(push.batches().size());
    List<EntryRejection> rejections = new ArrayList<>();
    for (StreamBatch batch : push.batches()) {
      TokenBucket bucket =
          streams.get(
              new StreamKey(tenant, batch.fingerprint()), _ -> new TokenBucket(clock, rate, burst));
      if (bucket.take((double) batch.entries().lineBytes(), rate, burst)) {
        admitted.add(batch);
      } else {
        partly(tenant, rate, burst, bucket, batch, push.discards(), admitted, rejections);
      }
    }
    return new Admitted(admitted, rejections);
  }

  private static void partly(
      TenantId tenant,
      double rate,
      double burst,
      TokenBucket bucket,
      StreamBatch batch,
      Discards discards,
      List<StreamBatch> admitted,
      List<EntryRejection> rejections) {
    EntryBatch entries = batch.entries();
    EntryBatch.Builder kept = new EntryBatch.Builder(entries.area(), entries.metadata());
    StringBuilder message = new StringBuilder();
    int refused = 0;
    for (int i = 0; i < entries.size(); i++) {
      int length = entries.length(i);
      if (bucket.take(length, rate, burst)) {
        kept.add(entries.timestamp(i), entries.start(i), length, entries.metadataId(i));
        continue;
      }
      discards.add(DiscardReason.PER_STREAM_RATE_LIMIT, 1, length);
      if (refused++ < MAX_TOLD_ENTRIES) {
        message
            .append("entry with timestamp ")
            .append(Times.full(entries.timestamp(i)))
            .append(" ignored, reason: 'Per stream rate limit exceeded (limit: ")
            .append(ByteSize.formatBinary((long) rate))
            .append("/sec) while attempting to ingest for stream '")
            .append(batch.labels())
            .append("' totaling ")
            .append(ByteSize.formatBinary(length))
            .append(", consider splitting a stream via additional labels or ")
            .append(ADVICE)
            .append("',\n");
      }
    }
    if (kept.size() > 0) {
      admitted.add(new StreamBatch(batch.labels(), batch.fingerprint(), kept.build()));
    }
    if (refused > 0) {
      message
          .append("user '")
          .append(tenant)
          .append("', total ignored: ")
          .append(refused)
          .append(" out of ")
          .append(entries.size())
          .append(" for stream: ")
          .append(batch.labels());
      rejections.add(new EntryRejection(429, message.toString()));
    }
  }
}
