package io.skald.common.rpc.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.block.ReadRoom;
import io.skald.common.block.StorageException;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.ingest.RecentData;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.common.ring.InMemoryRing;
import io.skald.common.ring.Instance;
import io.skald.common.ring.RingComparison;
import io.skald.common.rpc.RpcChannels;
import io.skald.common.rpc.RpcClientConfig;
import io.skald.common.rpc.RpcServer;
import io.skald.common.rpc.RpcServerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An ingester asked over a real connection. */
class RemoteIngesterTest {
  private static final TenantId TENANT = new TenantId("acme");
  private static final Labels LABELS = Labels.of("app", "a");
  private static final List<LabelMatcher> MATCHERS =
      List.of(new LabelMatcher("app", LabelMatcher.Operator.REGEX, "a|b"));

  private final HeldEntries held = new HeldEntries();
  private final InMemoryRing ring = new InMemoryRing();
  private final BlockingQueue<List<Instance>> told = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> departed = new LinkedBlockingQueue<>();
  private final RpcServer server =
      new RpcServer(
          new RpcServerConfig(
              "127.0.0.1",
              0,
              8 << 20,
              100,
              Duration.ofMinutes(1),
              Duration.ofSeconds(20),
              Duration.ofSeconds(5)),
          List.of(IngesterService.of("i1", held, held, held, ring)),
          null);
  private final RpcChannels channels =
      new RpcChannels(
          new RpcClientConfig(8 << 20, Duration.ofSeconds(10), Duration.ofSeconds(5)), null);

  /** Reads a block that is sealed as its only line, at the time 12. */
  private static BlockView sealed(byte[] bytes) {
    if (bytes.length == 1) {
      throw new StorageException("a block is damaged");
    }
    return block(12, new String(bytes, UTF_8));
  }

  private RemoteIngester ingester(long inflight, long read) {
    server.start();
    return new RemoteIngester(
        "i1",
        "127.0.0.1:" + server.port(),
        channels,
        new RemoteIngesterConfig(Duration.ofSeconds(20), inflight, read),
        RemoteIngesterTest::sealed);
  }

  private RemoteIngester ingester() {
    return ingester(1 << 20, 1 << 20);
  }

  @AfterEach
  void close() {
    held.resume();
    channels.close();
    server.close();
  }

  private static StreamBatch batch(String... lines) {
    byte[] area = String.join("", lines).getBytes(UTF_8);
    MetadataTable table = new MetadataTable();
    int trace = table.intern(Labels.of("trace", "x"));
    EntryBatch.Builder builder = new EntryBatch.Builder(area, table);
    int start = 0;
    for (String line : lines) {
      builder.add(start, start, line.length(), trace);
      start += line.length();
    }
    return new StreamBatch(LABELS, Fingerprint.of(LABELS), builder.build());
  }

  @Test
  void push_batch_arrivesWithItsTenantAndMetadata() {
    List<EntryRejection> refused = ingester().push(TENANT, List.of(batch("one", "two")));

    assertThat(refused).isEmpty();
    assertThat(held.pushed)
        .containsExactly(
            "acme {app=\"a\"} 0 one {trace=\"x\"}", "acme {app=\"a\"} 3 two {trace=\"x\"}");
  }

  @Test
  void push_withAndWithoutKey_arrivesWithIt() {
    RemoteIngester ingester = ingester();
    BatchKey key = new BatchKey("node-1.default", "7-00ff");
    ingester.push(TENANT, key, List.of(batch("one")));
    ingester.push(TENANT, List.of(batch("two")));

    assertThat(held.keys).containsExactly(key, null);
  }

  @Test
  void push_partRefused_tellsEveryFigure() {
    EntryRejection rejection =
        new EntryRejection(400, "too old", EntryRejection.Cause.TOO_FAR_BEHIND, 3, 44);
    held.refused = List.of(rejection);

    assertThat(ingester().push(TENANT, List.of(batch("one")))).containsExactly(rejection);
  }

  @Test
  void push_ingesterStarts_keepsStatusAndText() {
    held.failure = new IngestUnavailableException(503, "it replays its WAL");

    assertThatThrownBy(() -> ingester().push(TENANT, List.of(batch("one"))))
        .isInstanceOfSatisfying(
            IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(503))
        .hasMessageStartingWith("ingester i1 at 127.0.0.1:")
        .hasMessageEndingWith(": it replays its WAL");
  }

  @Test
  void calls_anotherHasTheAddressNow_areRefusedBeforeTheyAreHandled() {
    RemoteIngester stale =
        new RemoteIngester(
            "i2 \u00e4",
            ingester().address(),
            channels,
            new RemoteIngesterConfig(Duration.ofSeconds(20), 1 << 20, 1 << 20),
            RemoteIngesterTest::sealed);

    assertThatThrownBy(() -> stale.push(TENANT, List.of(batch("one"))))
        .isInstanceOfSatisfying(
            IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(503))
        .hasMessageContaining("the call is for i2 \u00e4, and i1 has its address now");
    assertThatThrownBy(() -> stale.series(TENANT, MATCHERS, 0, 1))
        .hasMessageContaining("i1 has its address now");
    assertThat(held.pushed).isEmpty();
  }

  @Test
  void push_nobodyListens_is503() {
    RemoteIngester nobody =
        new RemoteIngester(
            "gone",
            "127.0.0.1:1",
            channels,
            new RemoteIngesterConfig(Duration.ofSeconds(20), 1 << 20, 1 << 20),
            RemoteIngesterTest::sealed);

    assertThatThrownBy(() -> nobody.push(TENANT, List.of(batch("one"))))
        .isInstanceOfSatisfying(
            IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(503))
        .hasMessageStartingWith("ingester gone at 127.0.0.1:1: UNAVAILABLE");
  }

  @Test
  void push_ingesterHangs_furtherOnesFailAtOnce() throws Exception {
    RemoteIngester ingester = ingester(20, 1 << 20);
    CountDownLatch hangs = held.hang();
    Thread first = Thread.ofVirtual().start(() -> ingester.push(TENANT, List.of(batch("one"))));
    hangs.await();

    assertThatThrownBy(() -> ingester.push(TENANT, List.of(batch("two"))))
        .isInstanceOf(IngestUnavailableException.class)
        .hasMessageContaining("ingester_client.max_inflight_bytes is 20");
    held.resume();
    first.join();
    assertThat(ingester.push(TENANT, List.of(batch("two")))).isEmpty();
  }

  @Test
  void select_blocks_comeCutToTheRangeWithWhatIsFlushed() {
    held.blocks = List.of(block(10, "a", "b", "c"), block(13, "d"));
    held.flushed = List.of(new byte[] {1, 2});

    var holdings = ingester().select(TENANT, MATCHERS, StreamShard.ALL, 11, 13, ReadRoom.UNBOUNDED);

    assertThat(held.asked).isEqualTo("acme [app=~\"a|b\"] 11 13 1");
    assertThat(holdings.inMemory()).hasSize(1);
    var stream = holdings.inMemory().getFirst();
    assertThat(stream.labels()).isEqualTo(LABELS);
    assertThat(stream.chunkIds()).containsExactly(100L, 101L);
    assertThat(stream.blocks())
        .map(BlockView::lines)
        .containsExactly("bc".getBytes(UTF_8), "d".getBytes(UTF_8));
    assertThat(holdings.flushed().getFirst().chunks()).containsExactly(new byte[] {1, 2});
    assertThat(holdings.flushed().getFirst().fingerprint()).isEqualTo(Fingerprint.of(LABELS));
  }

  /** Of the longer one nothing is sent but how much it is. */
  @ParameterizedTest
  @ValueSource(ints = {300, 2 << 20})
  void select_moreThanMayBeRead_namesTheLimit(int length) {
    held.blocks = List.of(block(10, "x".repeat(length)));
    RemoteIngester ingester = ingester(1 << 20, 200);

    assertThatThrownBy(
            () -> ingester.select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, ReadRoom.UNBOUNDED))
        .isInstanceOfSatisfying(
            IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(422))
        .hasMessageContaining("ingester_client.max_read_bytes");
  }

  /** It comes as it is kept, and whole: here its lines are what is sealed. */
  @Test
  void select_sealedBlock_isSentAsItIs() {
    held.blocks = List.of(new SealedView(block(10, "a", "b", "c"), "sealed".getBytes(UTF_8)));

    var stream = select(ReadRoom.UNBOUNDED).inMemory().getFirst();

    assertThat(stream.chunkIds()).containsExactly(100L);
    assertThat(stream.blocks().getFirst().lines()).isEqualTo("sealed".getBytes(UTF_8));
  }

  @Test
  void select_damagedBlock_isAFailureOfTheIngester() {
    held.blocks = List.of(new SealedView(block(10, "a"), new byte[1]));

    assertThatThrownBy(() -> select(ReadRoom.UNBOUNDED))
        .isInstanceOfSatisfying(
            IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(500))
        .hasMessageContaining("ingester i1 at")
        .hasMessageContaining("a block is damaged");
  }

  @Test
  void select_blocks_takeRoomForAsLongAsTheyAreHeld() {
    held.blocks =
        List.of(block(10, "x".repeat(2000)), new SealedView(block(13, "y"), new byte[3000]));
    CountedRoom room = new CountedRoom(1 << 20);

    var blocks = select(room).inMemory().getFirst().blocks();

    assertThat(room.taken)
        .isEqualTo(blocks.stream().mapToLong(BlockView::heldBytes).sum())
        .isBetween(5000L, 7000L);
  }

  /** What is not sent needs no room, and what is more than told takes more. */
  @Test
  void select_manyEntries_areToldOfBeforeTheyAreSent() {
    held.blocks =
        List.of(block(10, "x".repeat(900_000)), new SealedView(block(70, "y"), new byte[700_000]));
    RemoteIngester ingester = ingester(1 << 20, 8 << 20);
    CountedRoom enough = new CountedRoom(8 << 20);
    CountedRoom tooLittle = new CountedRoom(1_000_000);

    var blocks =
        ingester
            .select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, enough)
            .inMemory()
            .getFirst()
            .blocks();

    assertThat(enough.taken).isEqualTo(blocks.stream().mapToLong(BlockView::heldBytes).sum());
    assertThat(enough.between).containsExactly(10L, 70L);
    assertThatThrownBy(() -> ingester.select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, tooLittle))
        .hasMessage("no room");
    assertThat(tooLittle.taken).isZero();
    assertThat(tooLittle.between).containsExactly(10L, 70L);
  }

  @Test
  void select_noRoom_isNoFailureOfTheIngester() {
    held.blocks = List.of(block(10, "x".repeat(2000)));

    assertThatThrownBy(() -> select(new CountedRoom(1000)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no room");
  }

  private RecentData.Holdings select(ReadRoom room) {
    return ingester().select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, room);
  }

  /** Room for so many bytes. */
  private static final class CountedRoom implements ReadRoom {
    private final long limit;
    private long taken;
    private final List<Long> between = new ArrayList<>();

    CountedRoom(long limit) {
      this.limit = limit;
    }

    @Override
    public void take(long bytes) {
      if (taken + bytes > limit) {
        throw new IllegalStateException("no room");
      }
      taken += bytes;
    }

    @Override
    public void release(long bytes) {
      taken -= bytes;
    }

    @Override
    public void entriesBetween(long fromNanos, long throughNanos) {
      between.addAll(List.of(fromNanos, throughNanos));
    }

    @Override
    public void check() {}

    @Override
    public void whileWaiting(Runnable wait) {
      wait.run();
    }
  }

  @Test
  void series_streams_comeWithoutEntries() {
    held.blocks = List.of(block(10, "a"));

    assertThat(ingester().series(TENANT, MATCHERS, 0, 99)).containsExactly(LABELS);
  }

  @Test
  void subscribe_entries_arriveUntilItIsClosed() throws Exception {
    BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    LiveEntries.Subscription subscription =
        ingester()
            .subscribe(
                TENANT,
                MATCHERS,
                (stream, entries) -> arrived.add(stream + new String(entries.lines(), UTF_8)));

    held.tell(block(5, "live"));

    assertThat(arrived.poll(20, TimeUnit.SECONDS)).isEqualTo("{app=\"a\"}live");
    assertThat(subscription.isOpen()).isTrue();
    subscription.close();
    assertThat(held.closed.await(20, TimeUnit.SECONDS)).isTrue();
  }

  private static Instance member(String id, Instance.State state) {
    return new Instance(id, id + ":1", "zone-" + id, state, List.of(), 7, !id.equals("dead"));
  }

  /** The ingester with a ring of its own, and a reader who names some of its members. */
  private IngesterReads comparing(String... named) {
    for (String id : List.of("i1", "i2", "new", "dead")) {
      ring.put(member(id, Instance.State.ACTIVE));
    }
    ring.put(member("leaves", Instance.State.LEAVING));
    ring.put(member("pending", Instance.State.PENDING));
    return ingester().comparing(new RingComparison(Set.of(named), told::add, departed::add));
  }

  private static final List<Instance> UNNAMED =
      List.of(
          member("dead", Instance.State.ACTIVE),
          member("leaves", Instance.State.LEAVING),
          member("new", Instance.State.ACTIVE));

  @Test
  void reads_membersNotNamed_areTold() {
    IngesterReads reads = comparing("i1", "i2");
    held.blocks = List.of(block(10, "a"));

    assertThat(
            reads.select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, ReadRoom.UNBOUNDED).inMemory())
        .hasSize(1);
    assertThat(reads.series(TENANT, MATCHERS, 0, 99)).containsExactly(LABELS);
    assertThat(reads.patterns(TENANT, MATCHERS, 0, 99).flushed()).isEmpty();
    assertThat(told).containsExactly(UNNAMED, UNNAMED, UNNAMED);
  }

  @Test
  void reads_memberLeaves_isToldByAnotherNumber() {
    IngesterReads reads = comparing("i1", "i2", "new", "dead", "leaves");
    reads.select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, ReadRoom.UNBOUNDED);
    reads.series(TENANT, MATCHERS, 0, 99);
    reads.patterns(TENANT, MATCHERS, 0, 99);
    assertThat(departed).hasSize(3);
    assertThat(Set.copyOf(departed)).hasSize(1);

    ring.put(member("passes", Instance.State.ACTIVE));
    ring.remove("passes");
    reads.select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, ReadRoom.UNBOUNDED);
    reads.patterns(TENANT, MATCHERS, 0, 99);

    assertThat(told).isEmpty();
    assertThat(Set.copyOf(departed)).hasSize(2);
    assertThat(List.copyOf(departed).subList(3, 5)).doesNotContain(departed.peek());
  }

  @Test
  void select_nothingHeld_tellsAllTheSame() {
    assertThat(
            comparing("i1", "i2")
                .select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, ReadRoom.UNBOUNDED)
                .inMemory())
        .isEmpty();
    assertThat(told).containsExactly(UNNAMED);
  }

  @Test
  void reads_allAreNamed_nothingIsTold() {
    IngesterReads reads = comparing("i1", "i2", "new", "dead", "leaves");

    reads.select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, ReadRoom.UNBOUNDED);
    reads.series(TENANT, MATCHERS, 0, 99);
    reads.patterns(TENANT, MATCHERS, 0, 99);

    assertThat(told).isEmpty();
  }

  @Test
  void reads_olderReaderNamesNobody_nothingIsTold() {
    IngesterReads reads = comparing();
    held.blocks = List.of(block(10, "a"));

    assertThat(
            reads.select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, ReadRoom.UNBOUNDED).inMemory())
        .hasSize(1);
    assertThat(reads.series(TENANT, MATCHERS, 0, 99)).containsExactly(LABELS);
    assertThat(told).isEmpty();
    assertThat(departed).isEmpty();
  }

  @Test
  void select_moreMembersThanAreTold_isRefused() {
    IngesterReads reads = comparing("i1", "i2");
    for (int i = 0; i < 1000; i++) {
      ring.put(member("more-" + i, Instance.State.ACTIVE));
    }

    assertThatThrownBy(
            () -> reads.select(TENANT, MATCHERS, StreamShard.ALL, 0, 99, ReadRoom.UNBOUNDED))
        .isInstanceOfSatisfying(
            IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(503))
        .hasMessageContaining("the reader knows 2 members of the ring, this ingester 1003 more");
  }

  @Test
  void subscribe_membersNotNamed_areToldFirstAndWhenTheRingChanges() throws Exception {
    IngesterReads reads = comparing("i1", "i2");
    try (LiveEntries.Subscription _ = reads.subscribe(TENANT, MATCHERS, (_, _) -> {})) {
      assertThat(told).containsExactly(UNNAMED);
      told.clear();

      ring.remove("leaves");
      ring.remove("dead");

      List<Instance> now = List.of();
      while (now.size() != 1) {
        now = Objects.requireNonNull(told.poll(20, TimeUnit.SECONDS));
      }
      assertThat(now).containsExactly(member("new", Instance.State.ACTIVE));
    }
  }

  private static ColumnBlock block(long firstNanos, String... lines) {
    byte[] bytes = String.join("", lines).getBytes(UTF_8);
    long[] timestamps = new long[lines.length];
    int[] offsets = new int[lines.length + 1];
    for (int i = 0; i < lines.length; i++) {
      timestamps[i] = firstNanos + i;
      offsets[i + 1] = offsets[i] + lines[i].length();
    }
    return ColumnBlock.of(
        lines.length, timestamps, offsets, bytes, new int[lines.length], new MetadataTable());
  }
}
