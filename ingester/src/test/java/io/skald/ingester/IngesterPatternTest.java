package io.skald.ingester;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.ingest.RecentPatterns;
import io.skald.common.model.Labels;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.index.IndexedStream;
import io.skald.storage.pattern.PatternConfig;
import io.skald.storage.pattern.PatternMerge;
import io.skald.storage.pattern.PatternReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Patterns are counted once wherever the lines are: in a head, in blocks, in packs, in the log. */
final class IngesterPatternTest {
  private static final Labels PUMP = IngesterFixture.stream("pump");
  private static final long NOW = IngesterFixture.NOW;
  private static final Map<String, Long> EXPECTED =
      Map.of("pump <_> is running well today", 60L, "valve <_> opened", 60L);

  @TempDir Path directory;
  private final Random random = new Random(4);
  private final ColumnDecoder decoder = new ColumnDecoder();
  private IngesterFixture fixture;
  private Ingester ingester;

  @BeforeEach
  void start() throws Exception {
    fixture = new IngesterFixture(directory, 1);
    fixture.patterns = new PatternConfig(true, 300, 0.25, 3000, Duration.ofSeconds(10), 32L << 20);
    ingester = fixture.started();
  }

  @AfterEach
  void close() {
    ingester.close();
    decoder.close();
    fixture.close();
  }

  /** More than one block of 1024 bytes, and an open head. */
  private void pushLines() {
    for (int i = 0; i < 60; i++) {
      IngesterFixture.push(
          ingester,
          PUMP,
          NOW + i * 1_000_000_000L,
          "pump " + i + " is running well today",
          "valve " + i + " opened");
    }
  }

  private Map<String, Long> totals() {
    RecentPatterns.Found recent =
        ingester.patterns(
            IngesterFixture.TENANT,
            IngesterFixture.matchersOf(PUMP),
            Long.MIN_VALUE,
            Long.MAX_VALUE);
    PatternMerge merge = new PatternMerge();
    recent.streams().forEach(stream -> stream.samples().forEach(merge::add));
    PatternReader reader = new PatternReader(fixture.store, decoder, 1 << 20);
    for (IndexedStream stream :
        fixture.index.select(
            IngesterFixture.TENANT,
            IngesterFixture.matchersOf(PUMP),
            Long.MIN_VALUE,
            Long.MAX_VALUE)) {
      for (ChunkRef chunk : stream.chunks()) {
        if (!recent.chunkIds().contains(chunk.chunkId())) {
          reader.patterns(chunk).forEach(merge::add);
        }
      }
    }
    Map<String, Long> totals = new TreeMap<>();
    merge.patterns().forEach(pattern -> totals.put(pattern.pattern(), pattern.total()));
    return totals;
  }

  @Test
  void patterns_inMemory_countEveryLine() {
    pushLines();

    assertThat(totals()).isEqualTo(EXPECTED);
    assertThat(totals()).as("asked again").isEqualTo(EXPECTED);
  }

  @Test
  void patterns_afterFlush_areInThePack() {
    pushLines();

    ingester.flush();

    assertThat(totals()).isEqualTo(EXPECTED);
    assertThat(
            ingester
                .patterns(
                    IngesterFixture.TENANT,
                    IngesterFixture.matchersOf(PUMP),
                    Long.MIN_VALUE,
                    Long.MAX_VALUE)
                .chunkIds())
        .isEmpty();
    assertThat(ingester.statistics().unflushedBytes()).isZero();
  }

  @Test
  void patterns_afterCrash_areMinedAgainFromTheLog() throws Exception {
    pushLines();
    fixture.crash(ingester, random);

    ingester = fixture.started();

    assertThat(totals()).isEqualTo(EXPECTED);
  }

  @Test
  void patterns_afterCheckpointAndCrash_areThereAndFlushed() throws Exception {
    ingester.close();
    ingester = fixture.started(IngesterFixture.checkpointing());
    pushLines();
    ingester.flushAndTidy();
    fixture.crash(ingester, random);

    ingester = fixture.started(IngesterFixture.checkpointing());

    assertThat(totals()).isEqualTo(EXPECTED);
    ingester.flush();
    assertThat(totals()).isEqualTo(EXPECTED);
    assertThat(ingester.statistics().unflushedBytes()).isZero();
  }

  @Test
  void patterns_range_isThatOfTheBlocks() {
    pushLines();

    RecentPatterns.Found before =
        ingester.patterns(IngesterFixture.TENANT, IngesterFixture.matchersOf(PUMP), 0, NOW - 1);

    assertThat(before.chunkIds()).isEmpty();
    assertThat(before.streams()).isEmpty();
  }

  @Test
  void retire_idleStream_givesItsMemoryBack() {
    pushLines();
    ingester.flush();
    assertThat(ingester.patternBudget().usedBytes()).isPositive();

    fixture.clock.advance(Duration.ofHours(1));
    ingester.flushAndTidy();
    ingester.flushAndTidy();

    assertThat(ingester.patternBudget().usedBytes()).isZero();
  }

  @Test
  void patterns_switchedOff_areNotMined() throws Exception {
    ingester.close();
    fixture.patterns = PatternConfig.DEFAULTS;
    ingester = fixture.started();
    pushLines();

    assertThat(totals()).isEmpty();
    ingester.flush();
    assertThat(totals()).isEmpty();
  }
}
