package io.skald.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.object.FaultyObjectStore;
import io.skald.storage.object.FaultyObjectStore.Faults;
import io.skald.storage.object.InMemoryObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackRangesTest {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private final byte[] pack = new byte[12 * MIB];
  private final InMemoryObjectStore objects = new InMemoryObjectStore();
  private final FaultyObjectStore store = new FaultyObjectStore(objects, new Random(1), _ -> {});

  @BeforeEach
  void write() {
    new Random(5).nextBytes(pack);
    objects.put("t/p", List.of(ByteBuffer.wrap(pack)));
  }

  private PackRanges ranges(long memory, long disk) {
    return new PackRanges(store, memory, directory, disk);
  }

  private static void prepare(PackRanges ranges, List<ChunkRef> chunks) {
    ranges.prepare(chunks, chunks);
  }

  private static void assertReads(PackRanges ranges, byte[] pack, int offset, int length) {
    assertThat(ranges.read("t/p", offset, length))
        .isEqualTo(Arrays.copyOfRange(pack, offset, offset + length));
  }

  @Test
  void read_partsOfAStretch_areFetchedOnce() {
    PackRanges ranges = ranges(MIB, 0);
    assertReads(ranges, pack, 1000, 5000);
    assertReads(ranges, pack, 2000, 10);
    assertReads(ranges, pack, 5999, 1);
    assertThat(ranges.fetches()).isEqualTo(1);

    assertReads(ranges, pack, 5999, 2);
    assertThat(ranges.fetches()).isEqualTo(2);
  }

  @Test
  void read_memoryIsFull_forgetsTheOldest() {
    PackRanges ranges = ranges(10_000, 0);
    for (int i = 0; i < 20; i++) {
      assertReads(ranges, pack, i * 1000, 1000);
    }

    assertThat(ranges.memoryStatistics().bytes()).isEqualTo(10_000);
    assertThat(ranges.memoryStatistics().evictions()).isEqualTo(10);
    assertReads(ranges, pack, 0, 1000);
    assertThat(ranges.fetches()).isEqualTo(21);
  }

  @Test
  void read_afterRestart_comesFromTheDisk() {
    assertReads(ranges(MIB, MIB), pack, 70_000, 9_000);
    store.faults(Faults.DOWN);

    PackRanges after = ranges(MIB, MIB);

    assertReads(after, pack, 70_500, 100);
    assertThat(after.diskStatistics().hits()).isEqualTo(1);
  }

  @Test
  void read_copyOnDiskIsDamaged_isFetchedAgain() throws IOException {
    assertReads(ranges(MIB, MIB), pack, 0, 9_000);
    Path copy;
    try (Stream<Path> walk = Files.walk(directory)) {
      copy = walk.filter(Files::isRegularFile).findAny().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(copy);
    bytes[77] ^= 4;
    Files.write(copy, bytes);

    PackRanges after = ranges(MIB, MIB);

    assertReads(after, pack, 0, 9_000);
    assertThat(after.fetches()).isEqualTo(1);
  }

  @Test
  void read_diskIsFull_forgetsTheOldest() throws IOException {
    PackRanges ranges = ranges(0, 5_000);
    for (int i = 0; i < 10; i++) {
      assertReads(ranges, pack, i * 1000, 1000);
    }

    try (Stream<Path> walk = Files.walk(directory)) {
      assertThat(walk.filter(Files::isRegularFile)).hasSize(5);
    }
  }

  @Test
  void read_storeFails_failsAndTheNextTriesAgain() {
    PackRanges ranges = ranges(MIB, MIB);
    store.faults(Faults.DOWN);
    assertThatThrownBy(() -> ranges.read("t/p", 0, 10)).isInstanceOf(StorageException.class);
    store.faults(Faults.NONE);

    assertReads(ranges, pack, 0, 10);
  }

  @RepeatedTest(20)
  void read_sameStretchByManyThreads_isFetchedOnce() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(8);
    FaultyObjectStore slow = new FaultyObjectStore(objects, new Random(1), _ -> awaitQuietly(all));
    slow.faults(new Faults(0, 0, 0, Duration.ofMillis(1)));
    PackRanges ranges = new PackRanges(slow, MIB, directory, 0);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                all.countDown();
                ranges.read("t/p", 100, 100);
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(ranges.fetches() + ranges.coalesced() + ranges.memoryStatistics().hits())
        .isEqualTo(8);
    assertThat(ranges.fetches()).isEqualTo(1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void prepare_chunksThatLieClose_takesOneRequest() {
    PackRanges ranges = ranges(64 * MIB, 0);
    prepare(ranges, List.of(chunk(5, MIB), chunk(5 + MIB, MIB), chunk(5 + 2 * MIB, MIB)));
    assertThat(ranges.fetches()).isEqualTo(1);

    assertReads(ranges, pack, 5 + 3 * MIB - 100, 100);
    assertReads(ranges, pack, 5 + MIB, 1000);

    assertThat(ranges.fetches()).isEqualTo(1);
  }

  @Test
  void prepare_longPack_readsFootersTogetherWithTheColumnsBehindThem() {
    PackRanges ranges = ranges(64 * MIB, 0);
    List<ChunkRef> chunks = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      chunks.add(chunk(5 + i * 2 * MIB - (i == 0 ? 0 : 5), 2 * MIB - 5));
    }
    prepare(ranges, chunks);
    long fetched = ranges.fetches();

    for (ChunkRef chunk : chunks) {
      assertReads(ranges, pack, (int) chunk.offset(), MIB / 2 - 10);
      assertReads(ranges, pack, (int) chunk.footerOffset(), 100);
    }

    assertThat(fetched).isEqualTo(7);
    assertThat(ranges.fetches()).isEqualTo(fetched);
  }

  @Test
  void prepare_linesApart_readsWhatIsBesideThemAtOnce() {
    PackRanges ranges = ranges(64 * MIB, 0);
    List<ChunkRef> chunks = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      chunks.add(apart(5 + i * 2 * MIB, 2 * MIB, 5 + 10 * MIB + i * 1000, 1000));
    }
    prepare(ranges, chunks);
    assertThat(ranges.fetches()).isEqualTo(1);

    for (ChunkRef chunk : chunks) {
      assertReads(ranges, pack, (int) chunk.offset(), 900);
      assertReads(ranges, pack, (int) chunk.footerOffset(), 100);
    }

    assertThat(ranges.fetches()).isEqualTo(1);
    assertThat(ranges.memoryStatistics().bytes()).isLessThan(MIB);
  }

  @Test
  void prepare_linesApartInAShortPack_readsThemToo() {
    PackRanges ranges = ranges(64 * MIB, 0);
    prepare(
        ranges, List.of(apart(5, MIB, 5 + 2 * MIB, 500), apart(5 + MIB, MIB, 505 + 2 * MIB, 500)));

    assertReads(ranges, pack, 5, 2 * MIB);
    assertReads(ranges, pack, 5 + 2 * MIB, 1000);

    assertThat(ranges.fetches()).isEqualTo(1);
  }

  @Test
  void read_linesOfManyChunks_takesLargerAndLargerWindows() {
    List<ChunkRef> chunks = new ArrayList<>();
    int linesLength = 16 << 10;
    for (int at = 5; at + linesLength <= 11 * MIB; at += linesLength) {
      chunks.add(apart(at, linesLength, 11L * MIB + at / 100, 100));
    }
    assertThat(chunks).hasSizeGreaterThan(700);
    PackRanges alone = ranges(32 * MIB, 0);
    PackRanges beside = ranges(32 * MIB, 0);
    alone.prepare(chunks, List.of());
    List<ChunkRef> more = new ArrayList<>(chunks);
    more.add(new ChunkRef(1, "t/q", 100, 150, 50, 5, 90, 0, 1, 1, 1, 0, 1));
    beside.prepare(more, List.of());

    for (ChunkRef chunk : chunks) {
      assertReads(alone, pack, (int) chunk.linesOffset(), linesLength);
      assertReads(beside, pack, (int) chunk.linesOffset(), linesLength);
    }

    assertThat(alone.fetches()).isEqualTo(2);
    assertThat(beside.fetches()).isLessThan(LineWindows.EXACT + 7);
  }

  @Test
  void read_linesInAnyOrder_fetchesLittleTwice() {
    int linesLength = 16 << 10;
    List<ChunkRef> chunks = new ArrayList<>();
    for (int at = 5; at + linesLength <= 11 * MIB; at += linesLength) {
      chunks.add(apart(at, linesLength, 11L * MIB + at / 100, 100));
    }
    chunks.add(new ChunkRef(1, "t/q", 100, 150, 50, 5, 90, 0, 1, 1, 1, 0, 1));
    for (long seed = 1; seed <= 20; seed++) {
      PackRanges ranges = ranges(32 * MIB, 0);
      ranges.prepare(chunks, List.of());
      List<ChunkRef> order = new ArrayList<>(chunks.subList(0, chunks.size() - 1));
      if (seed == 1) {
        Collections.reverse(order);
      } else {
        Collections.shuffle(order, new Random(seed));
      }

      for (ChunkRef chunk : order) {
        assertReads(ranges, pack, (int) chunk.linesOffset(), linesLength);
      }

      assertThat(ranges.memoryStatistics().bytes())
          .as("seed %d", seed)
          .isLessThan(11L * MIB * 5 / 4);
      assertThat(ranges.fetches()).as("seed %d", seed).isLessThan(40);
    }
  }

  @Test
  void read_linesOfFewChunks_fetchesTheseAlone() {
    PackRanges ranges = ranges(32 * MIB, 0);
    ranges.prepare(
        List.of(
            apart(5, 10 * MIB, 11 * MIB, 100),
            new ChunkRef(1, "t/q", 100, 150, 50, 5, 90, 0, 1, 1, 1, 0, 1)),
        List.of());

    for (int i = 0; i < LineWindows.EXACT; i++) {
      assertReads(ranges, pack, 1000 + i * MIB, 1000);
    }

    assertThat(ranges.memoryStatistics().bytes()).isEqualTo(1000L * LineWindows.EXACT);
  }

  @Test
  void prepare_storeFails_doesNotThrow() {
    PackRanges ranges = ranges(MIB, 0);
    store.faults(Faults.DOWN);

    prepare(ranges, List.of(chunk(5, 1000)));

    store.faults(Faults.NONE);
    assertReads(ranges, pack, 5, 1000);
  }

  private static ChunkRef apart(long lines, int linesLength, long offset, int mainLength) {
    return new ChunkRef(
        1, "t/p", offset, linesLength + mainLength, 100, lines, linesLength, 0, 1, 1, 1, 0, 1);
  }

  private static ChunkRef chunk(long offset, int length) {
    return new ChunkRef(1, "t/p", offset, length, 100, 0, 0, 0, 1, 1, 1, 0, 1);
  }
}
