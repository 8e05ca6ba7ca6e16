package io.skald.ingester;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SeenBatchesTest {
  private static final TenantId TENANT = new TenantId("t");

  private final SeenBatches seen = new SeenBatches(10);

  private static List<Fingerprint> streams(int from, int to) {
    List<Fingerprint> streams = new ArrayList<>();
    for (int i = from; i < to; i++) {
      streams.add(new Fingerprint(0, i));
    }
    return streams;
  }

  private boolean isKnown(String key) {
    return !seen.stored(TENANT, BatchKey.parse(key)).isEmpty();
  }

  private void add(String key, int streamCount, long nanos) {
    seen.add(TENANT, BatchKey.parse(key), streams(0, streamCount), nanos);
  }

  @Test
  void stored_batchInTwoParts_isBoth() {
    seen.add(TENANT, BatchKey.parse("a/1"), streams(0, 2), 1);
    seen.add(TENANT, BatchKey.parse("a/1"), streams(1, 4), 2);

    assertThat(seen.stored(TENANT, BatchKey.parse("a/1")))
        .containsExactlyInAnyOrderElementsOf(streams(0, 4));
  }

  @Test
  void stored_otherTenantSenderOrBatch_isNone() {
    add("a/1", 2, 1);

    assertThat(seen.stored(new TenantId("u"), BatchKey.parse("a/1"))).isEmpty();
    assertThat(isKnown("b/1")).isFalse();
    assertThat(isKnown("a/2")).isFalse();
    assertThat(isKnown("a/1")).isTrue();
  }

  @Test
  void add_noStreams_remembersNoSender() {
    add("a/1", 0, 1);

    assertThat(seen.all()).isEmpty();
  }

  @Test
  void add_moreBatchesThanTheWindow_forgetsTheOldestOfTheSender() {
    SeenBatches many = new SeenBatches();
    many.add(TENANT, BatchKey.parse("other/1"), streams(0, 1), 1);
    for (int i = 0; i <= SeenBatches.MAX_BATCHES_OF_SENDER; i++) {
      many.add(TENANT, BatchKey.parse("a/" + i), streams(0, 1), 1);
    }

    assertThat(many.stored(TENANT, BatchKey.parse("a/0"))).isEmpty();
    assertThat(many.stored(TENANT, BatchKey.parse("a/1"))).isNotEmpty();
    assertThat(many.stored(TENANT, BatchKey.parse("other/1"))).isNotEmpty();
  }

  @Test
  void add_moreStreamsThanATenantMayHave_forgetsTheSenderThatIsSilentLongest() {
    add("silent/1", 4, 1);
    add("busy/1", 4, 1);
    add("busy/2", 4, 1);

    assertThat(isKnown("silent/1")).isFalse();
    assertThat(isKnown("busy/1")).isTrue();
    assertThat(isKnown("busy/2")).isTrue();
  }

  @Test
  void add_oneSenderBeyondTheBound_keepsItsLastBatch() {
    add("a/1", 4, 1);
    add("a/2", 20, 1);

    assertThat(isKnown("a/1")).isFalse();
    assertThat(isKnown("a/2")).isTrue();
  }

  @Test
  void expire_oldBatches_areForgotten() {
    long day = SeenBatches.MAX_AGE.toNanos();
    add("a/1", 1, 0);
    add("a/2", 1, 10);

    seen.expire(day + 5);

    assertThat(isKnown("a/1")).isFalse();
    assertThat(isKnown("a/2")).isTrue();
    seen.expire(day + 11);
    assertThat(seen.all()).isEmpty();
  }
}
