package io.skald.ingester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.BlockView;
import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.LabelMatcher.Operator;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IngesterPushTest {
  private static final Labels PUMP = IngesterFixture.stream("pump");
  private static final long NOW = IngesterFixture.NOW;
  private static final long HOUR = Duration.ofHours(1).toNanos();

  @TempDir Path directory;
  private IngesterFixture fixture;
  private Ingester ingester;

  @BeforeEach
  void start() throws Exception {
    fixture = new IngesterFixture(directory, 1);
    ingester = fixture.started();
  }

  @AfterEach
  void close() {
    ingester.close();
    fixture.close();
  }

  @Test
  void push_acceptedEntries_areVisibleAtOnce() {
    assertThat(IngesterFixture.push(ingester, PUMP, NOW, "one", "two")).isEmpty();

    assertThat(fixture.lines(ingester, PUMP)).containsExactly("one", "two");
  }

  @Test
  void push_beforeStartAndAfterClose_isRefused() throws Exception {
    ingester.close();
    assertThat(ingester.state()).isNotEqualTo(Ingester.State.RUNNING);
    assertThatThrownBy(() -> IngesterFixture.push(ingester, PUMP, NOW, "x"))
        .isInstanceOf(IngestUnavailableException.class)
        .hasMessageContaining("has stopped");

    ingester = fixture.created(IngesterFixture.config());
    assertThat(ingester.state()).isNotEqualTo(Ingester.State.RUNNING);
    assertThatThrownBy(() -> IngesterFixture.push(ingester, PUMP, NOW, "x"))
        .isInstanceOfSatisfying(
            IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(503))
        .hasMessageContaining("starting");
    ingester.start();
    assertThat(ingester.state()).isEqualTo(Ingester.State.RUNNING);
  }

  @Test
  void push_entriesOutOfOrderAndRepeated_areSortedAndStandOnce() {
    IngesterFixture.push(ingester, PUMP, NOW + 10, "d");
    IngesterFixture.push(ingester, PUMP, NOW, "a", "b", "c");
    IngesterFixture.push(ingester, PUMP, NOW + 1, "b", "other");

    assertThat(fixture.lines(ingester, PUMP)).containsExactly("a", "b", "c", "other", "d");
  }

  @Test
  void push_farBehindTheNewest_isRefusedAndTheRestStored() {
    long newest = nanos("2026-11-20T18:31:35.500Z");
    IngesterFixture.push(ingester, PUMP, newest, "newest");
    EntryBatch.Builder builder =
        new EntryBatch.Builder("xyz".getBytes(StandardCharsets.UTF_8), new MetadataTable());
    builder.add(nanos("2026-11-20T16:31:35.018565910Z"), 0, 1, 0);
    builder.add(newest - HOUR, 1, 1, 0);
    builder.add(nanos("2026-11-20T17:31:35Z"), 2, 1, 0);

    List<EntryRejection> rejections =
        ingester.push(
            IngesterFixture.TENANT,
            List.of(new StreamBatch(PUMP, Fingerprint.of(PUMP), builder.build())));

    assertThat(rejections)
        .containsExactly(
            new EntryRejection(
                400,
                """
                entry with timestamp 2026-11-20 16:31:35.01856591 +0000 UTC ignored, reason: \
                'entry too far behind, entry timestamp is: 2026-11-20T16:31:35Z, oldest \
                acceptable timestamp is: 2026-11-20T17:31:35Z',
                entry with timestamp 2026-11-20 17:31:35 +0000 UTC ignored, reason: \
                'entry too far behind, entry timestamp is: 2026-11-20T17:31:35Z, oldest \
                acceptable timestamp is: 2026-11-20T17:31:35Z',
                user 't-def', total ignored: 2 out of 3 for stream: {app="pump", env="dev"}\
                """,
                EntryRejection.Cause.TOO_FAR_BEHIND,
                2,
                2));
    assertThat(fixture.lines(ingester, PUMP)).containsExactly("y", "newest");
  }

  @Test
  void push_manyFarBehind_namesTenAndCountsAll() {
    IngesterFixture.push(ingester, PUMP, NOW, "newest");
    String[] lines = new String[25];
    Arrays.fill(lines, "late");

    String message =
        IngesterFixture.push(ingester, PUMP, NOW - 2 * HOUR, lines).getFirst().message();

    assertThat(message.lines().filter(line -> line.startsWith("entry with timestamp"))).hasSize(10);
    assertThat(message).endsWith("total ignored: 25 out of 25 for stream: " + PUMP);
    assertThat(fixture.lines(ingester, PUMP)).containsExactly("newest");
  }

  @Test
  void push_orderedWrites_refusesWhatIsOlder() {
    fixture.limits = _ -> new IngesterLimits.Limits(0, false, false);
    ingester.close();
    restart(IngesterFixture.config());
    IngesterFixture.push(ingester, PUMP, NOW, "one");
    assertThat(IngesterFixture.push(ingester, PUMP, NOW, "equal")).isEmpty();

    String message = IngesterFixture.push(ingester, PUMP, NOW - 1, "older").getFirst().message();

    assertThat(message)
        .contains(" ignored, reason: 'entry out of order',\n")
        .endsWith("total ignored: 1 out of 1 for stream: " + PUMP);
    assertThat(fixture.lines(ingester, PUMP)).containsExactly("one", "equal");
  }

  @Test
  void push_newStreamOverTheLimit_isRefusedAndOthersStored() {
    fixture.limits = _ -> new IngesterLimits.Limits(1, true, false);
    ingester.close();
    restart(IngesterFixture.config());
    IngesterFixture.push(ingester, PUMP, NOW, "one");
    Labels valve = IngesterFixture.stream("valve");

    List<EntryRejection> rejections =
        ingester.push(
            IngesterFixture.TENANT,
            List.of(
                IngesterFixture.batch(valve, NOW, "no"), IngesterFixture.batch(PUMP, NOW, "two")));

    assertThat(rejections)
        .containsExactly(
            new EntryRejection(
                429,
                "maximum active stream limit exceeded when trying to create stream"
                    + " {app=\"valve\", env=\"dev\"}, reduce the number of active streams (reduce"
                    + " labels or reduce label values), or contact your Loki administrator to see"
                    + " if the limit can be increased, user: 't-def'",
                EntryRejection.Cause.STREAM_LIMIT,
                1,
                2));
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrder("one", "two");
    assertThat(fixture.lines(ingester, valve)).isEmpty();
  }

  @Test
  void push_sameStreamTwiceInOnePush_isStoredWhole() {
    ingester.push(
        IngesterFixture.TENANT,
        List.of(
            IngesterFixture.batch(PUMP, NOW, "a"),
            IngesterFixture.batch(IngesterFixture.stream("valve"), NOW, "v"),
            IngesterFixture.batch(PUMP, NOW + 5, "b")));

    assertThat(fixture.lines(ingester, PUMP)).containsExactly("a", "b");
  }

  @Test
  void push_nothing_isTaken() {
    assertThat(ingester.push(IngesterFixture.TENANT, List.of())).isEmpty();
    assertThat(IngesterFixture.push(ingester, PUMP, NOW)).isEmpty();
    assertThat(fixture.disk.list()).isEmpty();
  }

  @Test
  void push_lineLargerThanABlock_isOneBlock() {
    String line = "x".repeat(5000);
    IngesterFixture.push(ingester, PUMP, NOW, "small", line, "after");

    assertThat(fixture.lines(ingester, PUMP)).containsExactly("small", line, "after");
  }

  @Test
  void push_withMetadata_keepsEachSetWithItsEntry() throws Exception {
    MetadataTable table = new MetadataTable();
    byte[] area = "ab".getBytes(StandardCharsets.UTF_8);
    List<String> expected = new ArrayList<>();
    for (int push = 0; push < 30; push++) {
      EntryBatch.Builder builder = new EntryBatch.Builder(area, table);
      for (int i = 0; i < 20; i++) {
        Labels set = i % 3 == 0 ? Labels.EMPTY : Labels.of("trace", "t" + (push * i) % 17);
        builder.add(NOW + push * 100L + i, i % 2, 1, table.intern(set));
        expected.add((NOW + push * 100L + i) + set.toString());
      }
      ingester.push(
          IngesterFixture.TENANT,
          List.of(new StreamBatch(PUMP, Fingerprint.of(PUMP), builder.build())));
    }

    assertThat(metadata()).isEqualTo(expected);
    fixture.crash(ingester, new Random(3));
    ingester = fixture.started();
    assertThat(metadata()).isEqualTo(expected);
  }

  private List<String> metadata() {
    List<String> found = new ArrayList<>();
    for (RecentStream recent :
        ingester.select(
            IngesterFixture.TENANT,
            IngesterFixture.matchersOf(PUMP),
            Long.MIN_VALUE,
            Long.MAX_VALUE)) {
      for (BlockView block : recent.blocks()) {
        for (int i = 0; i < block.size(); i++) {
          found.add(
              block.timestamps()[i] + block.metadata().get(block.metadataIds()[i]).toString());
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          app EQUAL pump                      -> pump-dev pump-prod
          app EQUAL pump, env EQUAL dev       -> pump-dev
          app NOT_EQUAL pump                  -> valve-dev
          app REGEX p.*                       -> pump-dev pump-prod
          app NOT_REGEX p.*                   -> valve-dev
          app EQUAL none                      -> ''
          env REGEX dev|prod, app EQUAL valve -> valve-dev
          zone EQUAL ''                       -> pump-dev pump-prod valve-dev
          zone REGEX .+                       -> ''
          """)
  void select_byMatchers_findsTheStreamsThatMatch(String matchers, String expected) {
    for (String[] stream : new String[][] {{"pump", "dev"}, {"pump", "prod"}, {"valve", "dev"}}) {
      IngesterFixture.push(
          ingester,
          Labels.of("app", stream[0], "env", stream[1]),
          NOW,
          stream[0] + "-" + stream[1]);
    }
    List<LabelMatcher> parsed = new ArrayList<>();
    for (String matcher : matchers.split(", ")) {
      String[] parts = matcher.strip().split(" ");
      String value = parts[2].equals("''") ? "" : parts[2];
      parsed.add(new LabelMatcher(parts[0], Operator.valueOf(parts[1]), value));
    }

    List<String> found = new ArrayList<>();
    for (RecentStream stream :
        ingester.select(IngesterFixture.TENANT, parsed, Long.MIN_VALUE, Long.MAX_VALUE)) {
      stream.blocks().forEach(block -> IngesterFixture.addLines(block, found));
    }

    assertThat(found)
        .containsExactlyInAnyOrder(expected.isEmpty() ? new String[0] : expected.split(" "));
  }

  @Test
  void select_otherTenantOrTime_findsNothing() {
    IngesterFixture.push(ingester, PUMP, NOW, "x");
    List<LabelMatcher> matchers = IngesterFixture.matchersOf(PUMP);

    assertThat(ingester.select(new TenantId("other"), matchers, Long.MIN_VALUE, Long.MAX_VALUE))
        .isEmpty();
    assertThat(ingester.select(IngesterFixture.TENANT, matchers, NOW + 1, NOW + 2)).isEmpty();
    assertThat(ingester.select(IngesterFixture.TENANT, matchers, NOW - 2, NOW - 1)).isEmpty();
    assertThat(ingester.select(IngesterFixture.TENANT, matchers, NOW, NOW)).hasSize(1);
  }

  @Test
  void select_takenBeforeLaterPushes_doesNotChange() {
    IngesterFixture.push(ingester, PUMP, NOW, "a", "b");
    List<RecentStream> before =
        ingester.select(
            IngesterFixture.TENANT,
            IngesterFixture.matchersOf(PUMP),
            Long.MIN_VALUE,
            Long.MAX_VALUE);
    for (int i = 0; i < 200; i++) {
      IngesterFixture.push(ingester, PUMP, NOW + 10 + i, "later " + i);
    }
    ingester.flush();

    List<String> lines = new ArrayList<>();
    before.getFirst().blocks().forEach(block -> IngesterFixture.addLines(block, lines));
    assertThat(lines).containsExactly("a", "b");
  }

  @Test
  void push_diskFull_isRefusedAndWhatWasStoredStays() {
    IngesterFixture.push(ingester, PUMP, NOW, "kept");
    fixture.disk.limitTo(fixture.disk.usedBytes());

    assertThatThrownBy(() -> IngesterFixture.push(ingester, PUMP, NOW + 1, "refused"))
        .isInstanceOf(IngestUnavailableException.class)
        .hasMessageContaining("No space left");
    assertThat(fixture.lines(ingester, PUMP)).containsExactly("kept");

    fixture.disk.limitTo(Long.MAX_VALUE);
    fixture.clock.advance(Duration.ofSeconds(1));
    IngesterFixture.push(ingester, PUMP, NOW + 2, "again");
    assertThat(fixture.lines(ingester, PUMP)).containsExactly("kept", "again");
  }

  private void restart(IngesterConfig config) {
    try {
      ingester = fixture.started(config);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long nanos(String time) {
    Instant instant = Instant.parse(time);
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }
}
