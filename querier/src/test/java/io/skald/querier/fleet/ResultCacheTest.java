package io.skald.querier.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.fleet.PieceCall;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.logql.engine.QueryStatistics;
import io.skald.querier.source.DataVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultCacheTest {
  private static final int MAX_BYTES = 100_000;

  private final QueryStatistics statistics = new QueryStatistics();
  private final ResultCache cache = new ResultCache(MAX_BYTES);

  private static PieceCall call(String tenant, long start, String version) {
    return new PieceCall(
        List.of(new TenantId(tenant)),
        false,
        "rate({a=\"b\"}[1m])",
        start,
        start + 100,
        10,
        1,
        false,
        false,
        start - 60,
        start + 100,
        StreamShard.ALL,
        500,
        0,
        version);
  }

  private byte[] answer(PieceCall call, String before, String after, int length) {
    return answer(
        call, new DataVersion(before, List.of()), new DataVersion(after, List.of()), length);
  }

  private byte[] answer(PieceCall call, DataVersion before, DataVersion after, int length) {
    List<DataVersion> versions = new ArrayList<>(List.of(before, after));
    return cache.answer(call, statistics, versions::removeFirst, () -> new byte[length]);
  }

  @Test
  void answer_knownPiece_isFoundUnderItsTenantAndVersionOnly() {
    byte[] kept = answer(call("acme", 0, "v1"), "v1", "v1", 10);

    assertThat(answer(call("acme", 0, "v1"), "v1", "v1", 10)).isSameAs(kept);
    assertThat(answer(call("acme", 0, "v2"), "v2", "v2", 10)).isNotSameAs(kept);
    assertThat(answer(call("beta", 0, "v1"), "v1", "v1", 10)).isNotSameAs(kept);
    assertThat(answer(call("acme", 10, "v1"), "v1", "v1", 10)).isNotSameAs(kept);
    assertThat(statistics.resultsFound.sum()).isEqualTo(1);
    assertThat(statistics.resultBytesFound.sum()).isEqualTo(10);
    assertThat(statistics.resultNanosFound.sum()).isEqualTo(100);
    assertThat(statistics.resultsStored.sum()).isEqualTo(4);
  }

  @Test
  void answer_entriesThatAreOrBecomeOthers_isNotKept() {
    answer(call("acme", 0, "v1"), "v0", "v1", 10);
    answer(call("acme", 0, "v1"), "v1", "v2", 10);
    answer(call("acme", 0, "v1"), "v1", "", 10);

    assertThat(statistics.resultsStored.sum()).isZero();
    assertThat(statistics.resultsFound.sum()).isZero();
  }

  @Test
  void answer_deleteRequestThatCameAndWent_isNotKept() {
    answer(
        call("acme", 0, "v1"),
        new DataVersion("v1", List.of(1L)),
        new DataVersion("v1", List.of(3L)),
        10);

    assertThat(statistics.resultsStored.sum()).isZero();
  }

  @Test
  void answer_manyPieces_staysInItsBound() {
    for (int i = 0; i < 1000; i++) {
      answer(call("acme", i, "v"), "v", "v", 1000);
    }

    assertThat(cache.statistics().bytes()).isBetween(MAX_BYTES / 2L, (long) MAX_BYTES);
    assertThat(cache.statistics().evictions()).isGreaterThan(800);
  }

  @Test
  void answer_veryLarge_isNotKept() {
    answer(call("acme", 0, "v"), "v", "v", MAX_BYTES / 2);

    assertThat(statistics.resultsStored.sum()).isZero();
    assertThat(cache.statistics().bytes()).isZero();
  }
}
