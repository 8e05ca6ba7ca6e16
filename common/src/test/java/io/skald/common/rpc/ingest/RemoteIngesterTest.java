package io.skald.common.rpc.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.common.rpc.RpcChannels;
import io.skald.common.rpc.RpcClientConfig;
import io.skald.common.rpc.RpcServer;
import io.skald.common.rpc.RpcServerConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An ingester asked over a real connection. */
class RemoteIngesterTest {
  private static final TenantId TENANT = new TenantId("acme");
  private static final Labels LABELS = Labels.of("app", "a");
  private static final List<LabelMatcher> MATCHERS =
      List.of(new LabelMatcher("app", LabelMatcher.Operator.REGEX, "a|b"));

  private final HeldEntries held = new HeldEntries();
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
          List.of(IngesterService.of(held, held, held)),
          null);
  private final RpcChannels channels =
      new RpcChannels(
          new RpcClientConfig(8 << 20, Duration.ofSeconds(10), Duration.ofSeconds(5)), null);

  private RemoteIngester ingester(long inflight, long read) {
    server.start();
    return new RemoteIngester(
        "i1",
        "127.0.0.1:" + server.port(),
        channels,
        new RemoteIngesterConfig(Duration.ofSeconds(20), inflight, read));
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
  void push_nobodyListens_is503() {
    RemoteIngester nobody =
        new RemoteIngester(
            "gone",
            "127.0.0.1:1",
            channels,
            new RemoteIngesterConfig(Duration.ofSeconds(20), 1 << 20, 1 << 20));

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

    var holdings = ingester().select(TENANT, MATCHERS, 11, 13);

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

  @Test
  void select_moreThanMayBeRead_namesTheLimit() {
    held.blocks = List.of(block(10, "x".repeat(300)));

    assertThatThrownBy(() -> ingester(1 << 20, 200).select(TENANT, MATCHERS, 0, 99))
        .isInstanceOfSatisfying(
            IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(422))
        .hasMessageContaining("ingester_client.max_read_bytes");
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
