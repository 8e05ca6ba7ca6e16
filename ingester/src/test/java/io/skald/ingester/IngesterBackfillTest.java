package io.skald.ingester;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.Labels;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.IndexedStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Entries that are older than the out-of-order window, from a tenant that may send them. */
final class IngesterBackfillTest {
  private static final Labels PUMP = IngesterFixture.stream("pump");
  private static final long NOW = IngesterFixture.NOW;
  private static final long DAY = Duration.ofDays(1).toNanos();

  @TempDir Path directory;
  private IngesterFixture fixture;
  private Ingester ingester;

  @BeforeEach
  void start() throws Exception {
    fixture = new IngesterFixture(directory, 1);
    fixture.limits = _ -> new IngesterLimits.Limits(0, true, true);
    ingester = fixture.started();
  }

  @AfterEach
  void stop() {
    ingester.close();
    fixture.close();
  }

  @Test
  void push_olderThanTheWindow_isFoundBeforeAndAfterFlushAndCrash() throws Exception {
    List<String> pushed = pushInAnyOrder();
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(pushed);

    fixture.crash(ingester, new Random(3));
    ingester = fixture.started(IngesterFixture.checkpointing());
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(pushed);

    ingester.flushAndTidy(); // a checkpoint
    fixture.crash(ingester, new Random(4));
    ingester = fixture.started();
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(pushed);

    ingester.flush();
    fixture.crash(ingester, new Random(5));
    ingester = fixture.started();
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(pushed);
  }

  @Test
  void flush_oldAndRecent_areChunksOfTheirOwn() {
    pushInAnyOrder();
    ingester.flush();

    List<ChunkRef> chunks = chunks(Long.MIN_VALUE, Long.MAX_VALUE);
    assertThat(chunks).hasSize(2);
    assertThat(chunks(NOW, Long.MAX_VALUE)).hasSize(1);
    assertThat(chunks(Long.MIN_VALUE, NOW - DAY)).hasSize(1);
    assertThat(chunks(NOW - DAY / 2, NOW - DAY / 4)).as("nothing spans the time between").isEmpty();
  }

  @Test
  void select_betweenOldAndRecent_findsNothing() {
    pushInAnyOrder();

    List<RecentStream> found =
        ingester.select(
            IngesterFixture.TENANT,
            IngesterFixture.matchersOf(PUMP),
            NOW - 40 * DAY,
            NOW - DAY / 2);

    assertThat(found).hasSize(1);
    for (BlockView block : found.getFirst().blocks()) {
      assertThat(block.maxTimestamp()).isLessThan(NOW - DAY / 2);
    }
    assertThat(found.getFirst().chunkIds()).hasSameSizeAs(found.getFirst().blocks());
  }

  @Test
  void push_oneRecordOfOldAndRecent_isFlushedWhole() throws Exception {
    IngesterFixture.push(ingester, PUMP, NOW, "first");
    ingester.push(
        IngesterFixture.TENANT,
        List.of(
            IngesterFixture.batch(PUMP, NOW - 30 * DAY, "old"),
            IngesterFixture.batch(PUMP, NOW + 5, "new")));
    ingester.flush();
    IngesterFixture.push(ingester, PUMP, NOW - 31 * DAY, "older");

    fixture.crash(ingester, new Random(6));
    ingester = fixture.started();

    assertThat(fixture.lines(ingester, PUMP))
        .containsExactlyInAnyOrder("first", "old", "new", "older");
  }

  @Test
  void push_notAllowed_isRefusedAsEver() throws Exception {
    ingester.close();
    fixture.limits = _ -> new IngesterLimits.Limits(0, true, false);
    ingester = fixture.started();
    IngesterFixture.push(ingester, PUMP, NOW, "x");

    assertThat(IngesterFixture.push(ingester, PUMP, NOW - DAY, "old"))
        .singleElement()
        .extracting(EntryRejection::cause)
        .isEqualTo(EntryRejection.Cause.TOO_FAR_BEHIND);
  }

  private List<String> pushInAnyOrder() {
    List<String> pushed = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      IngesterFixture.push(ingester, PUMP, NOW + i, "recent " + i);
      pushed.add("recent " + i);
      int days = 2 + i * 7 % 30;
      IngesterFixture.push(ingester, PUMP, NOW - days * DAY, "old " + i, "same push " + i);
      pushed.add("old " + i);
      pushed.add("same push " + i);
    }
    return pushed;
  }

  private List<ChunkRef> chunks(long fromNanos, long throughNanos) {
    List<ChunkRef> chunks = new ArrayList<>();
    for (IndexedStream stream :
        fixture.index.select(
            IngesterFixture.TENANT, IngesterFixture.matchersOf(PUMP), fromNanos, throughNanos)) {
      chunks.addAll(stream.chunks());
    }
    return chunks;
  }
}
