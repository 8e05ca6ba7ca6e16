package io.skald.distributor.validate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.skald.common.block.EntryBatch;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.limits.Limits;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rates of tenants and of streams. Thread-safe. */
public final class RateLimits {
  private static final double MIB = 1 << 20;
  private static final int MAX_TENANTS = 100_000;

  /** A stream that falls out starts again with a full burst. */
  private static final int MAX_STREAMS = 200_000;

  /** Only the first refused entries of a stream are told. */
  private static final int MAX_TOLD_ENTRIES = 10;

  private static final String ADVICE =
      "contact your Loki administrator to see if the limit can be increased";

  private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};

  private final Clock clock;
  private final Cache<TenantId, TokenBucket> tenants =
      Caffeine.newBuilder().maximumSize(MAX_TENANTS).executor(Runnable::run).build();
  private final Cache<StreamKey, TokenBucket> streams =
      Caffeine.newBuilder().maximumSize(MAX_STREAMS).executor(Runnable::run).build();

  private record StreamKey(TenantId tenant, Fingerprint fingerprint) {}

  /**
   * What the rates of streams leave of a push.
   *
   * @param rejections one for each stream that lost entries
   */
  public record Admitted(List<StreamBatch> batches, List<EntryRejection> rejections) {}

  public RateLimits(Clock clock) {
    this.clock = clock;
  }

  /** Takes a whole push from the tenant's rate; returns why it may not be stored, if it may not. */
  public Optional<EntryRejection> admit(TenantId tenant, Limits limits, ValidatedPush push) {
    double rate = limits.ingestion().ingestionRateMb() * MIB;
    if (rate == 0) {
      return Optional.empty();
    }
    TokenBucket bucket = tenants.get(tenant, _ -> new TokenBucket(clock));
    if (bucket.take((double) push.bytes(), rate, limits.ingestion().ingestionBurstSizeMb() * MIB)) {
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

  /** Drops the entries that go beyond the rates of their streams. */
  public Admitted admitStreams(TenantId tenant, Limits limits, ValidatedPush push) {
    if (limits.ingestion().perStreamRateLimit() == 0) {
      return new Admitted(push.batches(), List.of());
    }
    List<StreamBatch> admitted = new ArrayList<>(push.batches().size());
    List<EntryRejection> rejections = new ArrayList<>();
    for (StreamBatch batch : push.batches()) {
      TokenBucket bucket =
          streams.get(new StreamKey(tenant, batch.fingerprint()), _ -> new TokenBucket(clock));
      if (take(bucket, limits, batch.entries().lineBytes())) {
        admitted.add(batch);
      } else {
        partly(tenant, limits, bucket, batch, push.discards(), admitted, rejections);
      }
    }
    return new Admitted(admitted, rejections);
  }

  private static boolean take(TokenBucket bucket, Limits limits, long bytes) {
    long burst =
        Math.max(
            limits.ingestion().perStreamRateLimitBurst(), limits.ingestion().perStreamRateLimit());
    return bucket.take(
        (double) bytes, (double) limits.ingestion().perStreamRateLimit(), (double) burst);
  }

  private static void partly(
      TenantId tenant,
      Limits limits,
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
      if (take(bucket, limits, length)) {
        kept.add(entries.timestamp(i), entries.start(i), length, entries.metadataId(i));
        continue;
      }
      discards.add(DiscardReason.PER_STREAM_RATE_LIMIT, 1, length);
      if (refused++ < MAX_TOLD_ENTRIES) {
        message
            .append("entry with timestamp ")
            .append(Times.full(entries.timestamp(i)))
            .append(" ignored, reason: 'Per stream rate limit exceeded (limit: ")
            .append(size(limits.ingestion().perStreamRateLimit()))
            .append("/sec) while attempting to ingest for stream '")
            .append(batch.labels())
            .append("' totaling ")
            .append(size(length))
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

  /** Prints bytes in the largest binary unit that they are a multiple of: {@code 3MB}. */
  private static String size(long bytes) {
    long value = bytes;
    int unit = 0;
    while (value != 0 && value % 1024 == 0 && unit + 1 < UNITS.length) {
      value /= 1024;
      unit++;
    }
    return value + UNITS[unit];
  }
}
