package io.skald.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import io.skald.storage.compact.CompactionFixture.Entry;
import io.skald.storage.object.s3.FaultProxy;
import io.skald.storage.object.s3.S3ObjectStore;
import io.skald.storage.object.s3.S3Operation;
import io.skald.storage.object.s3.S3ProxyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A compaction over a real S3 server: what it asks for, and an upload that fails. */
class CompactionRequestsTest {
  private static final long MINUTE = 60_000_000_000L;
  private static final long DAY = 24 * 60 * MINUTE;
  private static final long START = CompactionFixture.NOW / DAY * DAY - 3 * DAY;

  /** Of an object that is stored by one request, as {@link S3ProxyServer#config} has it. */
  private static final int PART_BYTES = 5 << 20;

  @TempDir Path directory;
  private final S3ProxyServer server = new S3ProxyServer();
  private final FaultProxy proxy = new FaultProxy(server.port());
  private final S3ObjectStore store =
      new S3ObjectStore(
          S3ProxyServer.config(proxy.endpoint()), Clock.system(), new Random(1), _ -> {});
  private CompactionFixture fixture;

  @BeforeEach
  void open() {
    fixture = new CompactionFixture(directory, 7, store, CompactionConfig.DEFAULTS);
  }

  @AfterEach
  void close() throws Exception {
    fixture.close();
    store.close();
    proxy.close();
    server.close();
  }

  private static Labels[] streams(int count) {
    Labels[] streams = new Labels[count];
    for (int i = 0; i < count; i++) {
      streams[i] = Labels.of("app", "app-" + i);
    }
    return streams;
  }

  /** Writes packs of one day, each with an index file. */
  private List<Entry> flush(int packs, int linesPerChunk, int streams) {
    List<Entry> all = new ArrayList<>();
    for (int i = 0; i < packs; i++) {
      all.addAll(fixture.flush(START + i * MINUTE, 1_000, linesPerChunk, streams(streams)));
    }
    fixture.clock.advance(Duration.ofMinutes(10));
    return all;
  }

  private Map<S3Operation, Long> requests() {
    Map<S3Operation, Long> counts = new EnumMap<>(S3Operation.class);
    for (S3Operation operation : S3Operation.values()) {
      counts.put(operation, store.statistics().requests(operation));
    }
    return counts;
  }

  /** Runs and returns the requests that were made, without operations that were not asked for. */
  private Map<S3Operation, Long> requestsOf(Compactor compactor) {
    Map<S3Operation, Long> before = requests();
    assertThat(compactor.run()).isTrue();
    Map<S3Operation, Long> made = requests();
    made.replaceAll((operation, count) -> count - before.getOrDefault(operation, 0L));
    made.values().removeIf(count -> count == 0);
    return made;
  }

  /** Beside what grows with the packs: lease, twice; manifest; a reader that looks again. */
  @ParameterizedTest
  @CsvSource({"4, 3", "20, 3", "4, 30"})
  void run_smallPacks_takesTwoRequestsAPackAndOneAnIndexFile(int packs, int streams) {
    List<Entry> all = flush(packs, 5, streams);
    Compactor compactor = fixture.compactor();

    assertThat(requestsOf(compactor))
        .as("a pack: its size and its bytes; an index file: its bytes")
        .isEqualTo(
            Map.of(
                S3Operation.HEAD_OBJECT,
                (long) packs,
                S3Operation.GET_OBJECT,
                2L * packs + 6,
                S3Operation.PUT_OBJECT,
                5L,
                S3Operation.LIST_OBJECTS,
                3L));
    assertThat(compactor.counters().rewrittenPacks.sum()).isEqualTo(packs);

    assertThat(requestsOf(compactor))
        .as("nothing to do")
        .isEqualTo(
            Map.of(
                S3Operation.GET_OBJECT, 3L,
                S3Operation.PUT_OBJECT, 1L,
                S3Operation.LIST_OBJECTS, 1L));

    fixture.clock.advance(Duration.ofHours(3));
    assertThat(requestsOf(compactor))
        .as("what was replaced goes")
        .isEqualTo(
            Map.of(
                S3Operation.GET_OBJECT, 6L,
                S3Operation.PUT_OBJECT, 3L,
                S3Operation.DELETE_OBJECT, 2L * packs,
                S3Operation.LIST_OBJECTS, 2L));
    assertThat(fixture.entries(fixture.reader())).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void run_partOfAnUploadFails_leavesNoPartsAndIsDoneLater() {
    fixture.noise(PART_BYTES / 12); // and every chunk is small
    List<Entry> all = flush(4, 1, 8);
    List<String> before = store.list("");
    Compactor compactor = fixture.compactor();
    proxy.rule(request ->
        request.line().startsWith("PUT ") && request.line().contains("partNumber=2")
            ? new FaultProxy.Answer(403, "AccessDenied")
            : new FaultProxy.Pass());

    assertThat(compactor.run()).isFalse();

    assertThat(compactor.counters().failures.sum()).isEqualTo(1);
    assertThat(store.statistics().requests(S3Operation.ABORT_UPLOAD)).isEqualTo(1);
    assertThat(server.unfinishedUploads()).isEmpty();
    assertThat(store.list("")).containsAll(before);
    assertThat(fixture.packsInStore()).as("packs").hasSize(4);
    assertThat(fixture.entries(fixture.reader())).containsExactlyInAnyOrderElementsOf(all);

    proxy.rule(_ -> new FaultProxy.Pass());
    assertThat(requestsOf(compactor))
        .as("the pack in parts; index, manifest and twice the lease by one request each")
        .containsEntry(S3Operation.HEAD_OBJECT, 4L)
        .containsEntry(S3Operation.CREATE_UPLOAD, 1L)
        .containsEntry(S3Operation.UPLOAD_PART, 3L)
        .containsEntry(S3Operation.COMPLETE_UPLOAD, 1L)
        .containsEntry(S3Operation.PUT_OBJECT, 4L);

    assertThat(compactor.counters().rewrittenPacks.sum()).isEqualTo(4);
    assertThat(server.unfinishedUploads()).isEmpty();
    assertThat(fixture.packKeys(fixture.reader())).hasSize(1);
    assertThat(fixture.entries(fixture.reader())).containsExactlyInAnyOrderElementsOf(all);
  }
}
