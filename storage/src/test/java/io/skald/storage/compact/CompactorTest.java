package io.skald.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.compact.CompactionFixture.Entry;
import io.skald.storage.index.IndexManifest;
import io.skald.storage.index.ShippedIndex;
import io.skald.storage.object.FaultyObjectStore.Faults;
import io.skald.storage.object.InMemoryObjectStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactorTest {
  private static final Labels WEB = Labels.of("app", "web");
  private static final Labels API = Labels.of("app", "api");
  private static final long HOUR = 3_600_000_000_000L;
  private static final long DAY = 24 * HOUR;

  /** Late in a day, so that a few hours later it is the next one. */
  private static final long START = CompactionFixture.NOW / DAY * DAY - 3 * DAY + 20 * HOUR;

  @TempDir Path directory;
  private CompactionFixture fixture;

  @BeforeEach
  void open() {
    fixture = new CompactionFixture(directory, 7);
  }

  @AfterEach
  void close() throws Exception {
    fixture.close();
  }

  @Test
  void run_manySmallFlushes_mergesIndexFilesAndChunks() {
    List<Entry> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.addAll(fixture.flush(START + i * HOUR / 6, 1_000_000, 5, WEB, API));
    }
    fixture.clock.advance(Duration.ofMinutes(10));
    long before = fixture.chunkCount(fixture.index);

    assertThat(fixture.compactor().run()).isTrue();

    assertThat(fixture.entries(fixture.index)).containsExactlyInAnyOrderElementsOf(all);
    assertThat(fixture.entries(fixture.reader())).containsExactlyInAnyOrderElementsOf(all);
    assertThat(fixture.chunkCount(fixture.index)).isEqualTo(2).isLessThan(before);
    assertThat(fixture.packKeys(fixture.reader())).hasSize(1);
  }

  @Test
  void run_filesAreYoung_leavesThemAlone() {
    fixture.flush(START, 1, 5, WEB);
    fixture.flush(START + 10, 1, 5, WEB);

    fixture.compactor().run();

    assertThat(IndexManifest.read(fixture.objects, CompactionFixture.TENANT))
        .isEqualTo(IndexManifest.NONE);
  }

  @Test
  void run_packOfAYoungFileOfAnotherDay_isNotRewritten() {
    for (int i = 0; i < 4; i++) {
      fixture.flush(START + 3 * HOUR + i, HOUR, 3, WEB); // over midnight: a file for each day
    }
    fixture.clock.advance(Duration.ofMinutes(10));
    // As if the second day's file had been sent later.
    String key = fixture.indexFilesInStore().getLast();
    String late =
        key.replaceFirst("/[0-9a-f]{12}-", "/%012x-".formatted(fixture.clock.nowMillis()));
    fixture.objects.put(
        late,
        List.of(ByteBuffer.wrap(fixture.objects.read(key, 0, (int) fixture.objects.size(key)))));
    fixture.objects.delete(key);
    fixture.index.shipped().refresh(CompactionFixture.TENANT);
    Set<String> named = fixture.packKeys(fixture.reader());

    fixture.compactor().run();

    assertThat(
            IndexManifest.read(fixture.objects, CompactionFixture.TENANT).packs().stream()
                .map(IndexManifest.Retired::key))
        .isSubsetOf(named)
        .hasSizeLessThan(named.size());
    assertThat(fixture.packsInStore()).containsAll(fixture.packKeys(fixture.reader()));
  }

  @Test
  void run_copiesOfReplicas_keepsEachEntryOnce() {
    List<Entry> all = fixture.flush(START, 1_000, 50, WEB);
    fixture.flush(START, 1_000, 50, WEB);
    fixture.flush(START, 1_000, 50, WEB);
    fixture.clock.advance(Duration.ofMinutes(10));
    Compactor compactor = fixture.compactor();

    compactor.run();

    assertThat(fixture.entries(fixture.index)).containsExactlyInAnyOrderElementsOf(all);
    assertThat(compactor.counters().duplicateEntries.sum()).isEqualTo(100);
  }

  @Test
  void run_nothingNew_writesNothing() {
    for (int i = 0; i < 6; i++) {
      fixture.flush(START + i, 1_000, 5, WEB);
    }
    fixture.clock.advance(Duration.ofMinutes(10));
    Compactor compactor = fixture.compactor();
    compactor.run();
    IndexManifest settled = IndexManifest.read(fixture.objects, CompactionFixture.TENANT);

    compactor.run();
    fixture.compactor().run();

    assertThat(IndexManifest.read(fixture.objects, CompactionFixture.TENANT)).isEqualTo(settled);
  }

  @Test
  void run_afterTheDelay_deletesWhatWasReplaced() {
    for (int i = 0; i < 6; i++) {
      fixture.flush(START + i, 1_000, 5, WEB);
    }
    fixture.clock.advance(Duration.ofMinutes(10));
    Compactor compactor = fixture.compactor();
    compactor.run();
    assertThat(fixture.packsInStore()).hasSize(7);
    assertThat(fixture.indexFilesInStore()).hasSize(7);

    fixture.clock.advance(Duration.ofHours(3));
    compactor.run();

    assertThat(fixture.packsInStore()).hasSize(1);
    assertThat(fixture.indexFilesInStore()).hasSize(1);
    assertThat(fixture.entries(fixture.reader())).hasSize(30).doesNotHaveDuplicates();
    fixture.clock.advance(Duration.ofHours(30));
    compactor.run();
    IndexManifest manifest = IndexManifest.read(fixture.objects, CompactionFixture.TENANT);
    assertThat(manifest.replaced()).isEmpty();
    assertThat(manifest.packs()).isEmpty();
  }

  @Test
  void run_retentionOfAStream_takesOutItsOldChunksOnly() {
    fixture.flush(START - 10 * DAY, 1_000, 5, WEB, API);
    List<Entry> recent = fixture.flush(START, 1_000, 5, WEB, API);
    fixture.clock.advance(Duration.ofMinutes(10));
    Retention retention = (_, stream) -> stream.equals(WEB) ? 7 * DAY : 0;

    fixture.compactor(retention, EntryRemovals.NONE, "one").run();

    assertThat(fixture.entries(fixture.reader()))
        .containsAll(recent)
        .hasSize(15)
        .filteredOn(entry -> entry.labels().equals(WEB))
        .hasSize(5);
  }

  @Test
  void run_retentionOfAWholePack_deletesIt() {
    fixture.flush(START - 10 * DAY, 1_000, 5, WEB, API);
    fixture.clock.advance(Duration.ofMinutes(10));
    Compactor compactor = fixture.compactor((_, _) -> 7 * DAY, EntryRemovals.NONE, "one");
    compactor.run();
    assertThat(fixture.entries(fixture.reader())).isEmpty();
    assertThat(fixture.reader().labelValues(CompactionFixture.TENANT, "app", List.of(), 0, START))
        .isEmpty();

    fixture.clock.advance(Duration.ofHours(3));
    compactor.run();

    assertThat(fixture.packsInStore()).isEmpty();
    assertThat(fixture.indexFilesInStore()).isEmpty();
  }

  @Test
  void run_removalWithFilter_writesThePackWithoutTheEntries() {
    List<Entry> all = new ArrayList<>(fixture.flush(START, 1_000, 30, WEB, API));
    all.addAll(fixture.flush(START + HOUR, 1_000, 30, API));
    fixture.clock.advance(Duration.ofMinutes(10));
    Secrets removals = new Secrets(WEB);
    Compactor compactor = fixture.compactor((_, _) -> 0, removals, "one");

    compactor.run();

    assertThat(fixture.entries(fixture.reader()))
        .containsExactlyInAnyOrderElementsOf(
            all.stream()
                .filter(entry -> !(entry.labels().equals(WEB) && entry.line().endsWith("secret")))
                .toList());
    assertThat(compactor.counters().removedEntries.sum()).isEqualTo(10);
    assertThat(removals.percents).as("readers may not have followed").containsEntry("r1", 99);
    fixture.clock.advance(Duration.ofMinutes(14));
    compactor.run();
    assertThat(removals.percents).containsEntry("r1", 99);
    fixture.clock.advance(Duration.ofMinutes(1));
    compactor.run();
    assertThat(removals.percents).containsEntry("r1", 100);
    fixture.clock.advance(Duration.ofHours(3));
    compactor.run();
    for (String pack : fixture.packsInStore()) {
      assertThat(fixture.packKeys(fixture.reader())).contains(pack);
    }
  }

  @Test
  void run_removalBesideYoungFiles_isCompleteUnlessItConcernsThem() {
    fixture.flush(START, 1_000, 30, WEB, API);
    fixture.clock.advance(Duration.ofMinutes(10));
    Secrets ofWeb = new Secrets(WEB);
    Secrets ofApi = new Secrets(API);
    List<Compactor> compactors =
        List.of(
            fixture.compactor((_, _) -> 0, ofWeb, "one"),
            fixture.compactor((_, _) -> 0, ofApi, "one"));
    compactors.forEach(Compactor::run);
    fixture.clock.advance(Duration.ofMinutes(20));
    fixture.flush(START + HOUR, 1_000, 30, API);

    compactors.forEach(Compactor::run);

    assertThat(ofWeb.percents).containsEntry("r1", 100);
    assertThat(ofApi.percents).containsEntry("r1", 99);
    fixture.clock.advance(Duration.ofMinutes(10));
    compactors.forEach(Compactor::run);
    assertThat(ofApi.percents).as("of the late ones").containsEntry("r1", 99);
    fixture.clock.advance(Duration.ofMinutes(20));
    compactors.forEach(Compactor::run);
    assertThat(ofApi.percents).containsEntry("r1", 100);
  }

  @Test
  void run_moreChunksInAPack_noMoreReads() throws Exception {
    long few = readsOfAMerge(2, "few");

    assertThat(readsOfAMerge(40, "many")).isEqualTo(few);
  }

  /** Returns how many reads it takes to merge four packs with a chunk of each stream. */
  private long readsOfAMerge(int streams, String name) throws Exception {
    try (CompactionFixture own = new CompactionFixture(directory.resolve(name), 7)) {
      List<Entry> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.addAll(own.flush(START + i * HOUR / 6, 1_000_000, 5, streams(streams)));
      }
      own.clock.advance(Duration.ofMinutes(10));
      Compactor compactor = own.compactor();
      long before = own.faulty.reads();

      compactor.run();

      assertThat(compactor.counters().mergedChunks.sum()).isEqualTo(4 * streams);
      assertThat(own.entries(own.reader())).containsExactlyInAnyOrderElementsOf(all);
      return own.faulty.reads() - before;
    }
  }

  @Test
  void run_removalThatFindsNothingInMoreChunks_noMoreReads() throws Exception {
    long few = readsOfASearch(10, "few");

    assertThat(readsOfASearch(40, "many")).isEqualTo(few);
  }

  /** Returns how many reads it takes to look for entries in a pack that has none of them. */
  private long readsOfASearch(int streams, String name) throws Exception {
    try (CompactionFixture own = new CompactionFixture(directory.resolve(name), 7)) {
      own.flush(START, 1_000_000, 5, streams(streams));
      own.clock.advance(Duration.ofMinutes(10));
      Compactor compactor = own.compactor((_, _) -> 0, new Nothing(), "one");
      long before = own.faulty.reads();

      compactor.run();

      assertThat(compactor.counters().rewrittenPacks.sum()).isZero();
      return own.faulty.reads() - before;
    }
  }

  @Test
  void run_removal_chargesAPackOnce() throws Exception {
    try (CompactionFixture first = new CompactionFixture(directory.resolve("size"), 7)) {
      first.flush(START, 1_000, 30, WEB);
      long pack =
          first.index.select(CompactionFixture.TENANT, List.of(), 0, Long.MAX_VALUE).stream()
              .flatMap(stream -> stream.chunks().stream())
              .mapToLong(ChunkRef::length)
              .sum();
      try (CompactionFixture own =
          new CompactionFixture(
              directory.resolve("own"),
              7,
              new InMemoryObjectStore(),
              new CompactionConfig(
                  CompactionFixture.CONFIG.minAge(),
                  CompactionFixture.CONFIG.deleteDelay(),
                  CompactionFixture.CONFIG.orphanAge(),
                  CompactionFixture.CONFIG.lineBytesPerChunk(),
                  0, // nothing is small
                  CompactionFixture.CONFIG.maxPackBytes(),
                  pack * 5 / 2))) {
        for (int i = 0; i < 4; i++) {
          own.flush(START + i * HOUR / 6, 1_000, 30, WEB);
        }
        own.clock.advance(Duration.ofMinutes(10));
        Compactor compactor = own.compactor((_, _) -> 0, new Secrets(WEB), "one");

        compactor.run();

        // The third is begun as long as a byte is left.
        assertThat(compactor.counters().rewrittenPacks.sum()).isEqualTo(3);
        assertThat(compactor.counters().removedEntries.sum()).isEqualTo(30);
      }
    }
  }

  private static Labels[] streams(int count) {
    Labels[] streams = new Labels[count];
    for (int i = 0; i < count; i++) {
      streams[i] = Labels.of("app", "app-" + i);
    }
    return streams;
  }

  @Test
  void run_orphans_areDeletedWhenTheyAreOld() {
    fixture.flush(START, 1_000, 5, WEB);
    String kept = fixture.packsInStore().getFirst();
    byte[] bytes = {1};
    String old =
        "t__1/packs/20261101/%012x-0000000000000001.pack".formatted(fixture.clock.nowMillis());
    fixture.objects.put(old, List.of(ByteBuffer.wrap(bytes)));
    fixture.clock.advance(Duration.ofHours(25));
    String young =
        "t__1/packs/20261101/%012x-0000000000000002.pack".formatted(fixture.clock.nowMillis());
    fixture.objects.put(young, List.of(ByteBuffer.wrap(bytes)));
    Compactor compactor = fixture.compactor();
    compactor.run();
    assertThat(fixture.packsInStore()).contains(old);

    fixture.clock.advance(Duration.ofHours(3));
    compactor.run();

    assertThat(fixture.packsInStore()).containsExactlyInAnyOrder(kept, young);
  }

  @Test
  void run_anotherCompactorHasTheLease_doesNothingUntilItEnds() {
    for (int i = 0; i < 6; i++) {
      fixture.flush(START + i, 1_000, 5, WEB);
    }
    Compactor first = fixture.compactor((_, _) -> 0, EntryRemovals.NONE, "first");
    Compactor second = fixture.compactor((_, _) -> 0, EntryRemovals.NONE, "second");
    assertThat(first.run()).isTrue();
    fixture.clock.advance(Duration.ofMinutes(10));
    assertThat(second.run()).isFalse();
    assertThat(fixture.chunkCount(fixture.reader())).isEqualTo(6);

    fixture.clock.advance(Duration.ofMinutes(31));

    assertThat(second.run()).isTrue();
    assertThat(fixture.chunkCount(fixture.reader())).isEqualTo(1);
  }

  @Test
  void run_faultsAtAnyPoint_neverChangeTheAnswer() {
    Random random = new Random(3);
    List<Entry> all = new ArrayList<>();
    Compactor compactor = fixture.compactor();
    for (int round = 0; round < 60; round++) {
      all.addAll(
          fixture.flush(START + round * HOUR / 3, 1_000 + random.nextInt(1000), 4, WEB, API));
      fixture.clock.advance(Duration.ofMinutes(random.nextInt(40)));
      fixture.faulty.faults(new Faults(0.05, 0.05, 0.2, Duration.ZERO));
      try {
        if (random.nextInt(4) == 0) {
          compactor = fixture.compactor(); // it was killed; this one takes over
        }
        compactor.run();
      } catch (io.skald.common.block.StorageException _) {
        // the next run tries again
      }
      fixture.index.shipped().refresh(CompactionFixture.TENANT);
      assertThat(fixture.entries(fixture.index))
          .as("round %d, writer", round)
          .containsExactlyInAnyOrderElementsOf(all);
      assertThat(fixture.entries(fixture.reader()))
          .as("round %d, reader", round)
          .containsExactlyInAnyOrderElementsOf(all);
    }
    fixture.faulty.faults(Faults.NONE);
    fixture.faulty.settle();
    for (int i = 0; i < 3; i++) {
      fixture.clock.advance(Duration.ofHours(30));
      compactor.run();
    }
    assertThat(fixture.packsInStore())
        .containsExactlyInAnyOrderElementsOf(fixture.packKeys(fixture.reader()));
    assertThat(fixture.entries(fixture.reader())).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void run_besideQueries_noEntryIsMissedOrDoubled() throws InterruptedException {
    ShippedIndex stateless = fixture.reader();
    Set<Entry> before = new HashSet<>();
    AtomicReference<Set<Entry>> flushed = new AtomicReference<>(Set.of());
    AtomicReference<String> wrong = new AtomicReference<>();
    AtomicBoolean done = new AtomicBoolean();
    List<Thread> readers = new ArrayList<>();
    for (var index : List.of(fixture.index, stateless)) {
      readers.add(
          Thread.ofPlatform()
              .start(() -> {
                while (!done.get() && wrong.get() == null) {
                  Set<Entry> least = flushed.get();
                  try {
                    List<Entry> found = fixture.entries(index);
                    Set<Entry> distinct = new HashSet<>(found);
                    if (distinct.size() != found.size()) {
                      wrong.set("an entry is there twice");
                    } else if (!distinct.containsAll(least)) {
                      wrong.set("an entry is missing");
                    }
                  } catch (RuntimeException e) {
                    wrong.set(e.toString());
                  }
                }
              }));
    }
    Compactor compactor = fixture.compactor();
    for (int round = 0; round < 40 && wrong.get() == null; round++) {
      before.addAll(fixture.flush(START + round * HOUR / 3, 1_000, 4, WEB, API));
      flushed.set(Set.copyOf(before));
      fixture.clock.advance(Duration.ofMinutes(7));
      compactor.run();
    }
    done.set(true);
    for (Thread reader : readers) {
      reader.join();
    }

    assertThat(wrong.get()).isNull();
    assertThat(compactor.counters().rewrittenPacks.sum()).isGreaterThan(10);
  }

  /** The only wish there is. */
  private abstract static class OnlyRemoval implements EntryRemovals, EntryRemovals.Removal {
    @Override
    public List<Removal> due(TenantId tenant) {
      return List.of(this);
    }

    @Override
    public String id() {
      return "r1";
    }
  }

  /** A wish that concerns every chunk and no entry. */
  private static final class Nothing extends OnlyRemoval {
    @Override
    public boolean mayTouch(Labels labels, long fromNanos, long throughNanos) {
      return true;
    }

    @Override
    public List<BlockView> without(Labels labels, List<BlockView> blocks) {
      return blocks;
    }

    @Override
    public void progress(TenantId tenant, String id, int percent) {}
  }

  /** Entries of one stream that end with "secret". */
  private static final class Secrets extends OnlyRemoval {
    private final Labels stream;
    final Map<String, Integer> percents = new HashMap<>();

    Secrets(Labels stream) {
      this.stream = stream;
    }

    @Override
    public boolean mayTouch(Labels labels, long fromNanos, long throughNanos) {
      return labels.equals(stream);
    }

    @Override
    public List<BlockView> without(Labels labels, List<BlockView> blocks) {
      return labels.equals(stream) ? blocks.stream().map(Secrets::open).toList() : blocks;
    }

    private static BlockView open(BlockView block) {
      List<Integer> rows = new ArrayList<>();
      StringBuilder lines = new StringBuilder();
      List<Integer> ends = new ArrayList<>(List.of(0));
      for (int i = 0; i < block.size(); i++) {
        int from = block.lineOffsets()[i];
        String line =
            new String(
                block.lines(), from, block.lineOffsets()[i + 1] - from, StandardCharsets.UTF_8);
        if (!line.endsWith("secret")) {
          rows.add(i);
          lines.append(line);
          ends.add(lines.length());
        }
      }
      return rows.size() == block.size()
          ? block
          : ColumnBlock.of(
              rows.size(),
              rows.stream().mapToLong(row -> block.timestamps()[row]).toArray(),
              ends.stream().mapToInt(end -> end).toArray(),
              lines.toString().getBytes(StandardCharsets.UTF_8),
              new int[rows.size()],
              new MetadataTable());
    }

    @Override
    public void progress(TenantId tenant, String id, int percent) {
      percents.put(id, percent);
    }
  }
}
