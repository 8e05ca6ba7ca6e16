package io.skald.distributor.validate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.limits.IngestionLimits.RateStrategy;
import io.skald.common.limits.Limits;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.distributor.ManualClock;
import io.skald.distributor.labels.TestLimits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
  private static final TenantId TENANT = new TenantId("t");
  private static final double BYTES = 1.0 / (1 << 20);

  private final ManualClock clock = new ManualClock("2026-11-20T18:33:15Z");
  private final AtomicInteger distributors = new AtomicInteger(1);

  /** Ten bytes a second, thirty at once. */
  private final Limits streamLimits =
      TestLimits.with(l -> {
        l.perStreamRateLimit = 10;
        l.perStreamRateLimitBurst = 30;
      });

  private static StreamBatch batch(int stream, int bytes) {
    byte[] area = "x".repeat(bytes).getBytes(UTF_8);
    EntryBatch.Builder entries = new EntryBatch.Builder(area, new MetadataTable());
    entries.add(1, 0, bytes, 0);
    Labels labels = Labels.of("stream", Integer.toString(stream));
    return new StreamBatch(labels, Fingerprint.of(labels), entries.build());
  }

  private static ValidatedPush push(int stream, int bytes) {
    return new ValidatedPush(
        List.of(batch(stream, bytes)), 1, bytes, new ErrorGroups(), new Discards());
  }

  private boolean admits(RateLimits rates, int stream, int bytes) {
    return rates.admitStreams(TENANT, streamLimits, push(stream, bytes)).rejections().isEmpty();
  }

  @Test
  void admitStreams_manyOtherStreams_doNotRefillAnEmptyOne() {
    RateLimits rates = new RateLimits(clock, distributors::get);
    assertThat(admits(rates, 0, 30)).isTrue();

    for (int stream = 1; stream <= 250_000; stream++) {
      admits(rates, stream, 1);
    }

    assertThat(rates.streams()).isEqualTo(250_001);
    assertThat(admits(rates, 0, 1)).isFalse();
  }

  @Test
  void admitStreams_bucketsThatAreFullAgain_areForgotten() {
    RateLimits rates = new RateLimits(clock, distributors::get);
    for (int stream = 0; stream < 1000; stream++) {
      admits(rates, stream, 30);
    }
    clock.advance(Duration.ofMillis(2900));
    assertThat(rates.streams()).as("not yet full").isEqualTo(1000);
    assertThat(admits(rates, 7, 30)).isFalse();

    clock.advance(Duration.ofSeconds(2));

    assertThat(rates.streams()).as("the one used since").isEqualTo(1);
    assertThat(admits(rates, 8, 30)).isTrue();
  }

  @Test
  void admitStreams_moreThanTheMost_staysBounded() {
    RateLimits rates = new RateLimits(clock, distributors::get, 100);

    for (int stream = 0; stream < 1000; stream++) {
      admits(rates, stream, 30);
    }

    assertThat(rates.streams()).isLessThanOrEqualTo(100);
  }

  @Test
  void admit_globalRate_isShared() {
    RateLimits rates = new RateLimits(clock, distributors::get);
    Limits global = tenantLimits(RateStrategy.GLOBAL);
    Limits local = tenantLimits(RateStrategy.LOCAL);
    distributors.set(4);
    assertThat(rates.admit(TENANT, global, push(0, 100), 0)).isEmpty();
    clock.advance(Duration.ofSeconds(1));

    assertThat(rates.admit(TENANT, global, push(0, 26), 0))
        .map(EntryRejection::message)
        .hasValueSatisfying(message -> assertThat(message).contains("(limit: 25 bytes/sec)"));
    assertThat(rates.admit(TENANT, global, push(0, 25), 0)).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    assertThat(rates.admit(TENANT, local, push(0, 100), 0)).isEmpty();
  }

  @Test
  void admit_notesBesideAPush_countToo() {
    RateLimits rates = new RateLimits(clock, distributors::get);
    Limits local = tenantLimits(RateStrategy.LOCAL);

    assertThat(rates.admit(TENANT, local, push(0, 60), 41)).isPresent();
    assertThat(rates.admit(TENANT, local, push(0, 60), 40)).isEmpty();
  }

  @Test
  void retryAfterSeconds_refusedPush_isWhenItFits() {
    RateLimits rates = new RateLimits(clock, distributors::get);
    Limits limits =
        TestLimits.with(l -> {
          l.ingestionRateMb = 10 * BYTES;
          l.ingestionBurstSizeMb = 100 * BYTES;
        });
    assertThat(rates.admit(TENANT, limits, push(0, 100), 0)).isEmpty();
    assertThat(rates.admit(TENANT, limits, push(0, 45), 0)).isPresent();

    assertThat(rates.retryAfterSeconds(TENANT, limits, push(0, 45))).isEqualTo(5);
    clock.advance(Duration.ofMillis(4400));
    assertThat(rates.retryAfterSeconds(TENANT, limits, push(0, 45))).isEqualTo(1);
    assertThat(rates.retryAfterSeconds(TENANT, limits, push(0, 1000)))
        .as("more than fits at all: when the bucket is full")
        .isEqualTo(6);
  }

  private static Limits tenantLimits(RateStrategy strategy) {
    return TestLimits.with(l -> {
      l.ingestionRateMb = 100 * BYTES;
      l.ingestionBurstSizeMb = 100 * BYTES;
      l.ingestionRateStrategy = strategy;
    });
  }
}
