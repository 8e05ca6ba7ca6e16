package io.skald.storage.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.object.FaultyObjectStore;
import io.skald.storage.object.FaultyObjectStore.Faults;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.wal.DrivenClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippedIndexTest {
  private static final long DAY = 86_400_000_000_000L;
  private static final TenantId A = new TenantId("a_B");
  private static final Duration REFRESH = Duration.ofSeconds(30);
  private static final Labels WEB = Labels.of("app", "web");

  @TempDir Path directory;
  private final InMemoryObjectStore objects = new InMemoryObjectStore();
  private final FaultyObjectStore store = new FaultyObjectStore(objects, new Random(1), _ -> {});
  private final DrivenClock clock = new DrivenClock(Shipping.NOW);
  private final List<AutoCloseable> opened = new ArrayList<>();
  private int fetched;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void open_localDiskLost_answersEverythingThatWasShipped() {
    ShippingIndex before = writer("one", 1);
    commit(before, "p1", 1, 2);
    commit(before, "p2", 3 * DAY, 3 * DAY + 5);
    before.close();

    ShippingIndex after = writer("another disk", 2);

    assertThat(packs(after)).containsExactly("p1", "p2");
    assertThat(after.labelValues(A, "app", List.of(), 0, 9 * DAY)).containsExactly("web");
  }

  @Test
  void commit_storeDown_isSeenHereAtOnceAndShippedWhenItIsBack() {
    ShippingIndex writer = writer("one", 1);
    store.faults(Faults.DOWN);
    writer.select(new TenantId("x"), List.of(), 1, 0); // nothing is asked for an empty range
    commit(writer, "p1", 1, 2);
    assertThat(writer.settle()).isFalse();
    assertThat(writer.shipping().waiting()).isEqualTo(1);
    store.faults(Faults.NONE);
    assertThat(packs(writer)).containsExactly("p1");
    ShippedIndex reader = reader("reader", Duration.ZERO);
    assertThat(packs(reader)).isEmpty();

    assertThat(writer.settle()).isTrue();

    assertThat(packs(reader)).containsExactly("p1");
    assertThat(writer.shipping().waiting()).isZero();
  }

  @Test
  void expire_listIsYoung_isMadeAgainOnce() {
    ShippingIndex writer = writer("one", 1);
    ShippedIndex reader = reader("reader", Duration.ofHours(1));
    assertThat(packs(reader)).isEmpty();
    commit(writer, "p1", 1, 2);
    clock.advance(Duration.ofSeconds(1));
    assertThat(packs(reader)).isEmpty();

    reader.expire();
    clock.advance(Duration.ofSeconds(1));

    assertThat(packs(reader)).containsExactly("p1");
    commit(writer, "p2", 3, 4);
    clock.advance(Duration.ofSeconds(1));
    assertThat(packs(reader)).containsExactly("p1");
  }

  @Test
  void recent_clockIsSet_goesByTheTimeThatPasses() {
    ShippingIndex writer = writer("one", 1);
    commit(writer, "p1", 1, 2);
    assertThat(writer.settle()).isTrue();

    clock.setWrong(Duration.ofHours(1));

    clock.advance(Duration.ofMinutes(5).minusSeconds(1));
    assertThat(packs(writer.recent())).containsExactly("p1");
    clock.advance(Duration.ofSeconds(1));
    assertThat(packs(writer.recent())).isEmpty();
  }

  @Test
  void recent_replacedAtOnce_isToldUntilAllHaveListedWhatReplacesIt() {
    ShippedIndex teller = reader("teller", REFRESH);
    assertThat(packs(teller.recent())).isEmpty();
    clock.setWrong(Duration.ofMinutes(-10)); // and the compactor's is right
    commit(writer("one", 1), "p1", 1, 2);
    clock.setWrong(Duration.ZERO);
    clock.advance(REFRESH);
    assertThat(packs(teller.recent())).containsExactly("p1");
    IndexFileName young = IndexFileName.parse(objects.list(IndexFileName.ROOT).getFirst()).get();
    IndexFileName merged =
        IndexFileName.of(A, true, 0, 1, 2, "compactor", young.length(), young.crc());
    objects.put(merged.key(), List.of(ByteBuffer.wrap(objects.read(young.key()))));
    new IndexManifest(
            1, 5, List.of(merged), List.of(new IndexManifest.Retired(young.key(), 5)), List.of())
        .write(objects, A);

    clock.advance(REFRESH);
    assertThat(packs(teller.recent())).containsExactly("p1");
    clock.advance(REFRESH.minusSeconds(1));
    assertThat(packs(teller.recent())).containsExactly("p1");
    clock.advance(Duration.ofSeconds(1));
    assertThat(packs(teller.recent())).isEmpty();
  }

  @Test
  void open_crashedBeforeShipping_shipsUnderTheSameName() {
    ShippingIndex before = writer("one", 1);
    store.faults(new Faults(0, 1, 0, Duration.ZERO)); // sent, but the answer got lost
    commit(before, "p1", 1, 2);
    List<String> sent = objects.list(IndexFileName.ROOT);
    before.close();
    store.faults(Faults.NONE);

    ShippingIndex after = writer("one", 2);

    assertThat(objects.list(IndexFileName.ROOT)).hasSize(1).isEqualTo(sent);
    assertThat(packs(after)).containsExactly("p1");
    assertThat(after.settle()).isTrue();
  }

  @Test
  void open_waitingFileWasMergedAndItsPackIsGone_isNotShippedAgain() {
    ShippingIndex before = writer("one", 1);
    store.faults(Faults.DOWN);
    commit(before, "p1", 1, 2);
    before.close();
    store.faults(Faults.NONE);
    objects.delete("p1");
    clock.setWrong(Duration.ofMinutes(-5));

    ShippingIndex after = writer("one", 2);

    assertThat(objects.list(IndexFileName.ROOT)).isEmpty();
    assertThat(after.settle()).isTrue();
  }

  @Test
  void open_waitingFileWithItsPack_isShipped() {
    ShippingIndex before = writer("one", 1);
    store.faults(Faults.DOWN);
    commit(before, "p1", 1, 2);
    before.close();
    store.faults(Faults.NONE);
    clock.advance(Duration.ofHours(3));

    writer("one", 2);

    assertThat(packs(reader("reader", Duration.ZERO))).containsExactly("p1");
  }

  @Test
  void open_databaseOfAVersionThatShippedNothing_shipsAll() {
    putPack("p1");
    putPack("p2");
    try (RocksLabelIndex older = new RocksLabelIndex(directory.resolve("one/local"))) {
      older.commit(A, List.of(chunk("p1", DAY - 1, DAY + 1)), Map.of(Fingerprint.of(WEB), 7L));
      older.commit(new TenantId("b"), List.of(chunk("p2", 1, 2)), Map.of());
    }

    ShippingIndex writer = writer("one", 1);

    assertThat(packs(writer)).containsExactly("p1");
    assertThat(packs(reader("reader", Duration.ZERO))).containsExactly("p1");
    assertThat(writer.flushedThrough(A, Fingerprint.of(WEB))).hasValue(7);
    assertThat(writer.select(new TenantId("b"), List.of(), 0, DAY)).hasSize(1);
    assertThat(objects.list(IndexFileName.ROOT)).hasSize(3);
  }

  @Test
  void select_listIsFresh_asksTheStoreForNothing() {
    commit(writer("one", 1), "p1", 1, 2);
    ShippedIndex reader = reader("reader", Duration.ofSeconds(30));
    assertThat(packs(reader)).containsExactly("p1");
    store.faults(Faults.DOWN);

    assertThat(packs(reader)).containsExactly("p1");
    clock.advance(Duration.ofSeconds(31));
    assertThatThrownBy(() -> packs(reader)).isInstanceOf(StorageException.class);
  }

  @Test
  void select_flushAfterTheList_isSeenWhenTheListIsOld() {
    ShippingIndex writer = writer("one", 1);
    commit(writer, "p1", 1, 2);
    ShippedIndex reader = reader("reader", Duration.ofSeconds(30));
    assertThat(packs(reader)).containsExactly("p1");
    commit(writer, "p2", 3, 4);
    assertThat(packs(reader)).containsExactly("p1");

    clock.advance(Duration.ofSeconds(31));

    assertThat(packs(reader)).containsExactly("p1", "p2");
  }

  @Test
  void select_listDoesNotKnowOwnFile_isSeenAllTheSame() {
    ShippingIndex writer = writer("one", 1);
    assertThat(packs(writer)).isEmpty();
    store.faults(new Faults(0, 0, 1, Duration.ZERO));
    commit(writer, "p1", 1, 2);

    writer.shipped().refresh(A);

    assertThat(packs(writer)).containsExactly("p1");
  }

  @Test
  void select_manifestReplacesAFile_readsTheMergedOneOnly() {
    ShippingIndex writer = writer("one", 1);
    commit(writer, "p1", 1, 2);
    IndexFileName old = IndexFileName.parse(objects.list(IndexFileName.ROOT).getFirst()).get();
    ShippingIndex other = writer("two", 2);
    commit(other, "p2", 1, 2);
    IndexFileName made =
        objects.list(IndexFileName.ROOT).stream()
            .map(key -> IndexFileName.parse(key).get())
            .filter(name -> !name.equals(old))
            .findAny()
            .get();
    IndexFileName merged =
        IndexFileName.of(A, true, 0, 1, 2, "compactor", made.length(), made.crc());
    objects.put(merged.key(), List.of(ByteBuffer.wrap(objects.read(made.key(), 0, made.length()))));
    objects.delete(made.key());
    assertThat(packs(reader("before", Duration.ZERO))).containsExactly("p1");

    new IndexManifest(
            1,
            5,
            List.of(merged),
            List.of(
                new IndexManifest.Retired(old.key(), 5), new IndexManifest.Retired(made.key(), 5)),
            List.of())
        .write(objects, A);
    store.faults(new Faults(0, 0, 1, Duration.ZERO));
    store.delete(old.key()); // and lists still name it

    assertThat(packs(reader("after", Duration.ZERO))).containsExactly("p2");
    writer.shipped().refresh(A);
    assertThat(packs(writer)).containsExactly("p2");
  }

  @Test
  void select_fileIsMissing_failsAndNamesIt() {
    commit(writer("one", 1), "p1", 1, 2);
    String key = objects.list(IndexFileName.ROOT).getFirst();
    store.faults(new Faults(0, 0, 1, Duration.ZERO));
    store.delete(key);

    assertThatThrownBy(() -> packs(reader("reader", Duration.ZERO)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("missing")
        .hasMessageContaining(key);
  }

  @Test
  void select_fileIsDamaged_failsAndNamesIt() {
    commit(writer("one", 1), "p1", 1, 2);
    String key = objects.list(IndexFileName.ROOT).getFirst();
    byte[] bytes = objects.read(key);
    bytes[bytes.length / 2] ^= 1;
    objects.put(key, List.of(ByteBuffer.wrap(bytes)));

    assertThatThrownBy(() -> packs(reader("reader", Duration.ZERO)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("damaged")
        .hasMessageContaining(key);
  }

  @Test
  void select_manifestIsDamaged_fails() {
    objects.put(IndexManifest.key(A), List.of(ByteBuffer.wrap(new byte[40])));

    assertThatThrownBy(() -> packs(reader("reader", Duration.ZERO)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("SKIM");
  }

  @Test
  void select_copyOnDiskIsDamaged_isFetchedAgain() throws IOException {
    commit(writer("one", 1), "p1", 1, 2);
    assertThat(packs(reader("reader", Duration.ZERO))).containsExactly("p1");
    Path copy = copies("reader").getFirst();
    byte[] bytes = Files.readAllBytes(copy);
    bytes[10] ^= 1;
    Files.write(copy, bytes);
    fetched = 0;

    assertThat(packs(reader("reader", Duration.ZERO))).containsExactly("p1");
    assertThat(fetched).isEqualTo(1);
  }

  @Test
  void select_afterRestart_usesTheCopiesOnDisk() {
    commit(writer("one", 1), "p1", 1, 2);
    assertThat(packs(reader("reader", Duration.ZERO))).containsExactly("p1");
    fetched = 0;

    assertThat(packs(reader("reader", Duration.ZERO))).containsExactly("p1");
    assertThat(fetched).isZero();
  }

  @Test
  void select_moreThanTheCacheMayTake_keepsTheLatestOnly() throws IOException {
    ShippingIndex writer = writer("one", 1);
    for (int i = 0; i < 20; i++) {
      commit(writer, "p" + i, i * DAY, i * DAY + 1);
    }
    long size = objects.size(objects.list(IndexFileName.ROOT).getFirst());
    ShippedIndex reader = reader("reader", Duration.ZERO, 5 * size + size / 2);

    assertThat(packs(reader)).hasSize(20);
    assertThat(packs(reader)).hasSize(20);

    assertThat(copies("reader")).hasSizeBetween(1, 5);
  }

  @Test
  void day_askedAgain_isDecodedOnce() {
    ShippingIndex writer = writer("one", 1);
    commit(writer, "p1", 10, 20);
    ShippedIndex reader = reader("reader", Duration.ZERO);

    assertThat(packs(reader)).containsExactly("p1");
    assertThat(packs(reader)).containsExactly("p1");
    assertThat(reader.decodedDays().misses()).isEqualTo(1);
    assertThat(reader.decodedDays().hits()).isEqualTo(1);

    commit(writer, "p2", 30, 40);
    assertThat(packs(reader)).containsExactly("p1", "p2");
    assertThat(reader.decodedDays().misses()).isEqualTo(2);
  }

  private ShippingIndex writer(String folder, long seed) {
    ShippingIndex index = Shipping.open(directory.resolve(folder), store, clock, seed);
    opened.add(index);
    return index;
  }

  private ShippedIndex reader(String folder, Duration refresh) {
    return reader(folder, refresh, 1 << 30);
  }

  private ShippedIndex reader(String folder, Duration refresh, long cacheBytes) {
    IndexFileCache files =
        new IndexFileCache(
            directory.resolve(folder),
            cacheBytes,
            name -> {
              fetched++;
              return store.read(name.key());
            });
    opened.add(files);
    return new ShippedIndex(store, files, refresh, clock);
  }

  private List<Path> copies(String folder) throws IOException {
    try (Stream<Path> walk = Files.walk(directory.resolve(folder))) {
      return walk.filter(Files::isRegularFile).toList();
    }
  }

  private void commit(ShippingIndex index, String pack, long first, long last) {
    putPack(pack);
    index.commit(A, List.of(chunk(pack, first, last)), Map.of());
  }

  private void putPack(String pack) {
    objects.put(pack, List.of(ByteBuffer.allocate(1)));
  }

  private static IndexedChunk chunk(String pack, long first, long last) {
    return new IndexedChunk(
        WEB,
        Fingerprint.of(WEB),
        new ChunkRef(first + 1, pack, 8, 1000, 100, 0, 0, first, last, 5, 50, 7, 1));
  }

  private static List<String> packs(StreamIndex index) {
    return index.select(A, List.of(), 0, 100 * DAY).stream()
        .flatMap(stream -> stream.chunks().stream())
        .map(ChunkRef::packKey)
        .toList();
  }
}
