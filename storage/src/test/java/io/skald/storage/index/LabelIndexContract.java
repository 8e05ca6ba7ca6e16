package io.skald.storage.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.LabelMatcher.Operator;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every label index. */
abstract class LabelIndexContract {
  private static final long DAY = 86_400_000_000_000L;
  private static final TenantId A = new TenantId("a");
  private static final TenantId B = new TenantId("b");

  @TempDir Path directory;

  /** What is written. */
  private LabelIndex index;

  /** What is asked. */
  private StreamIndex asked;

  /** Opens the index whose files are in the folder. */
  abstract LabelIndex open(Path folder);

  /** Returns what answers for the index. */
  StreamIndex reader(LabelIndex written) {
    return written;
  }

  @BeforeEach
  void open() {
    index = open(directory.resolve("index"));
    asked = reader(index);
  }

  @AfterEach
  void close() {
    index.close();
  }

  @Test
  void select_matchers_findStreams() {
    Labels web = commit(A, Labels.of("app", "web", "env", "prod"), 10, 20);
    Labels api = commit(A, Labels.of("app", "api", "env", "prod"), 10, 20);
    Labels bare = commit(A, Labels.of("app", "web"), 10, 20);

    assertThat(series(A, 0, 100, matcher("app", Operator.EQUAL, "web")))
        .containsExactlyInAnyOrder(web, bare);
    assertThat(
            series(
                A,
                0,
                100,
                matcher("app", Operator.EQUAL, "web"),
                matcher("env", Operator.EQUAL, "prod")))
        .containsExactly(web);
    assertThat(series(A, 0, 100, matcher("app", Operator.REGEX, "a.*"))).containsExactly(api);
    assertThat(series(A, 0, 100, matcher("env", Operator.EQUAL, ""))).containsExactly(bare);
    assertThat(series(A, 0, 100, matcher("env", Operator.NOT_EQUAL, "")))
        .containsExactlyInAnyOrder(web, api);
    assertThat(series(A, 0, 100, matcher("app", Operator.NOT_REGEX, "web|x"))).containsExactly(api);
    assertThat(series(A, 0, 100)).containsExactlyInAnyOrder(web, api, bare);
    assertThat(series(A, 0, 100, matcher("app", Operator.EQUAL, "w"))).isEmpty();
    assertThat(series(A, 0, 100, matcher("ap", Operator.EQUAL, "web"))).isEmpty();
  }

  @Test
  void select_otherTenant_seesNothing() {
    commit(A, Labels.of("app", "web"), 10, 20);

    assertThat(series(B, 0, 100)).isEmpty();
  }

  @Test
  void select_range_isInclusiveAtBothEnds() {
    Labels web = commit(A, Labels.of("app", "web"), 10, 20);

    assertThat(series(A, 20, 30)).containsExactly(web);
    assertThat(series(A, 0, 10)).containsExactly(web);
    assertThat(series(A, 21, 30)).isEmpty();
    assertThat(series(A, 0, 9)).isEmpty();
  }

  @Test
  void select_chunkOverSeveralDays_isFoundInEachAndOnce() {
    Labels web = commit(A, Labels.of("app", "web"), DAY - 5, 2 * DAY + 5);

    assertThat(asked.select(A, List.of(), 0, 5 * DAY)).hasSize(1);
    assertThat(asked.select(A, List.of(), 0, 5 * DAY).getFirst().chunks()).hasSize(1);
    assertThat(series(A, DAY + 7, DAY + 8)).containsExactly(web);
  }

  @Test
  void select_chunkOverManyYears_isFoundWithoutAKeyForEachDay() {
    Labels web = commit(A, Labels.of("app", "web"), 0, 20_000 * DAY);

    assertThat(series(A, 9_000 * DAY, 9_000 * DAY + 1)).containsExactly(web);
    assertThat(series(A, 20_001 * DAY, 20_002 * DAY)).isEmpty();
    assertThat(series(A, Long.MIN_VALUE, Long.MAX_VALUE)).containsExactly(web);
  }

  @Test
  void select_streamWithChunksOnSeveralDays_joinsThemInOrderOfFlush() {
    Labels web = Labels.of("app", "web");
    index.commit(A, List.of(chunk(web, "p2", 3 * DAY, 3 * DAY + 1, 2)), Map.of());
    index.commit(A, List.of(chunk(web, "p1", DAY, DAY + 1, 1)), Map.of());

    List<IndexedStream> streams = asked.select(A, List.of(), 0, 9 * DAY);

    assertThat(streams).hasSize(1);
    assertThat(streams.getFirst().chunks())
        .extracting(ChunkRef::packKey)
        .containsExactly("p1", "p2");
  }

  @Test
  void commit_sameChunkTwice_changesNothing() {
    IndexedChunk chunk = chunk(Labels.of("app", "web"), "p", 1, 2, 7);
    index.commit(A, List.of(chunk), Map.of());
    index.commit(A, List.of(chunk), Map.of());

    assertThat(asked.select(A, List.of(), 0, 9).getFirst().chunks()).containsExactly(chunk.chunk());
  }

  @Test
  void reopen_afterClose_keepsEverything() {
    Labels odd = commit(A, Labels.of("app", "nul\0inside", "b", "é\uD83D\uDEA2"), 10, 20);
    Fingerprint fingerprint = Fingerprint.of(odd);
    index.commit(A, List.of(), Map.of(fingerprint, 42L));
    index.close();
    open();

    assertThat(series(A, 0, 100, matcher("app", Operator.EQUAL, "nul\0inside")))
        .containsExactly(odd);
    assertThat(series(A, 0, 100, matcher("app", Operator.REGEX, "nul.inside")))
        .containsExactly(odd);
    assertThat(index.flushedThrough(A, fingerprint)).hasValue(42);
    assertThat(index.flushedThrough(B, fingerprint)).isEmpty();
  }

  @Test
  void forgetFlushedBefore_olderPositions_areGone() {
    Fingerprint old = new Fingerprint(1, 1);
    Fingerprint young = new Fingerprint(2, 2);
    index.commit(A, List.of(), Map.of(old, 5L, young, 9L));

    index.forgetFlushedBefore(9);

    assertThat(index.flushedThrough(A, old)).isEmpty();
    assertThat(index.flushedThrough(A, young)).hasValue(9);
  }

  @Test
  void open_folderInUse_saysSo() {
    assertThatThrownBy(() -> open(directory.resolve("index")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("cannot be opened");
  }

  @Test
  void select_randomStreams_agreesWithAPlainFilter() {
    long seed = 20261120;
    Random random = new Random(seed);
    List<Labels> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Labels.Builder labels = Labels.builder();
      for (String name : List.of("a", "ab", "b")) {
        if (random.nextInt(3) > 0) {
          labels.set(name, "v" + random.nextInt(12));
        }
      }
      labels.set("id", "" + i);
      all.add(commit(A, labels.build(), 10, 20));
    }
    for (int i = 0; i < 300; i++) {
      List<LabelMatcher> matchers = new ArrayList<>();
      for (int j = random.nextInt(3); j >= 0; j--) {
        Operator operator = Operator.values()[random.nextInt(4)];
        String value =
            operator == Operator.REGEX || operator == Operator.NOT_REGEX
                ? List.of("v1.*", "v[2-5]|", ".+", "v3").get(random.nextInt(4))
                : List.of("v1", "v2", "").get(random.nextInt(3));
        matchers.add(
            new LabelMatcher(List.of("a", "ab", "b").get(random.nextInt(3)), operator, value));
      }
      Set<Labels> expected = new HashSet<>(all);
      expected.removeIf(labels -> !matchers.stream().allMatch(m -> m.matches(labels)));
      assertThat(asked.series(A, matchers, 0, 100))
          .as("seed %d, %s", seed, matchers)
          .isEqualTo(expected);
    }
  }

  @Test
  void labelNamesAndValues_countOnlyStreamsWithAChunkInTheRange() {
    commit(A, Labels.of("app", "web", "env", "prod"), 10, 20);
    commit(A, Labels.of("app", "api", "zone", "z1"), DAY + 10, DAY + 20);
    commit(B, Labels.of("other", "tenant"), 10, 20);

    // Whole days are answered from the postings alone, parts of days from the chunks too.
    assertThat(asked.labelNames(A, List.of(), 0, 2 * DAY - 1))
        .containsExactly("app", "env", "zone");
    assertThat(asked.labelNames(A, List.of(), 0, DAY - 1)).containsExactly("app", "env");
    assertThat(asked.labelNames(A, List.of(), 15, DAY + 9)).containsExactly("app", "env");
    assertThat(asked.labelNames(A, List.of(), 21, DAY + 9)).isEmpty();
    assertThat(asked.labelValues(A, "app", List.of(), 0, 2 * DAY - 1))
        .containsExactly("api", "web");
    assertThat(asked.labelValues(A, "app", List.of(), 20, DAY + 9)).containsExactly("web");
    assertThat(asked.labelValues(A, "app", List.of(), 21, DAY + 9)).isEmpty();
    assertThat(asked.labelValues(A, "app", List.of(), Long.MIN_VALUE, Long.MAX_VALUE))
        .containsExactly("api", "web");
    assertThat(asked.labelValues(A, "ap", List.of(), 0, DAY)).isEmpty();
    assertThat(asked.labelValues(A, "other", List.of(), 0, DAY)).isEmpty();
    assertThat(asked.labelNames(B, List.of(), 0, DAY)).containsExactly("other");
  }

  @Test
  void labelNamesAndValues_matchers_narrowTheStreams() {
    commit(A, Labels.of("app", "web", "env", "prod"), 10, 20);
    commit(A, Labels.of("app", "api", "zone", "z1"), 10, 20);
    commit(A, Labels.of("app", "old", "env", "prod", "gone", "x"), 50, 60);
    List<LabelMatcher> prod = List.of(matcher("env", Operator.EQUAL, "prod"));

    assertThat(asked.labelNames(A, prod, 0, 30)).containsExactly("app", "env");
    assertThat(asked.labelValues(A, "app", prod, 0, 30)).containsExactly("web");
    assertThat(asked.labelValues(A, "zone", prod, 0, 30)).isEmpty();
    assertThat(asked.labelValues(A, "app", prod, 0, DAY)).containsExactly("old", "web");
  }

  @Test
  void labelValues_chunkOverManyYears_isSeenInsideItsTime() {
    commit(A, Labels.of("app", "web"), 0, 20_000 * DAY);

    assertThat(asked.labelValues(A, "app", List.of(), DAY, 2 * DAY)).containsExactly("web");
    assertThat(asked.labelNames(A, List.of(), 30_000 * DAY, 30_001 * DAY)).isEmpty();
    assertThat(asked.labelValues(A, "app", List.of(), 30_000 * DAY, 30_001 * DAY)).isEmpty();
  }

  @Test
  void select_timesBeforeTheEpoch_areFoundOnTheirDays() {
    Labels old = commit(A, Labels.of("app", "old"), -3 * DAY - 5, -3 * DAY + 5);

    assertThat(series(A, -4 * DAY, -3 * DAY - 1)).containsExactly(old);
    assertThat(series(A, -3 * DAY, 0)).containsExactly(old);
    assertThat(series(A, -2 * DAY, 5 * DAY)).isEmpty();
    assertThat(series(A, Long.MIN_VALUE, Long.MAX_VALUE)).containsExactly(old);
  }

  @Test
  void select_rangeThatEndsBeforeItStarts_isEmpty() {
    commit(A, Labels.of("app", "web"), 10, 20);

    assertThat(asked.select(A, List.of(), 20, 10)).isEmpty();
    assertThat(asked.labelNames(A, List.of(), 20, 10)).isEmpty();
  }

  @Test
  void select_randomChunks_agreesWithAPlainFilter() {
    long seed = 5;
    Random random = new Random(seed);
    List<IndexedChunk> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Labels labels = Labels.of("app", "a" + random.nextInt(20));
      long first = random.nextLong(20 * DAY);
      long length = random.nextInt(3) == 0 ? random.nextLong(12 * DAY) : random.nextLong(DAY / 20);
      all.add(chunk(labels, "p" + i, first, first + length, i));
    }
    index.commit(A, all, Map.of());
    for (int i = 0; i < 200; i++) {
      long from = random.nextLong(30 * DAY);
      long through = from + random.nextLong(random.nextBoolean() ? DAY / 10 : 5 * DAY);
      Set<ChunkRef> expected = new HashSet<>();
      Set<String> values = new HashSet<>();
      for (IndexedChunk chunk : all) {
        if (chunk.chunk().overlaps(from, through)) {
          expected.add(chunk.chunk());
          values.add(chunk.labels().getOrEmpty("app"));
        }
      }
      List<ChunkRef> found = new ArrayList<>();
      asked.select(A, List.of(), from, through).forEach(stream -> found.addAll(stream.chunks()));

      assertThat(found)
          .as("seed %d, %d to %d", seed, from, through)
          .containsExactlyInAnyOrderElementsOf(expected);
      assertThat(asked.labelValues(A, "app", List.of(), from, through)).isEqualTo(values);
      assertThat(asked.series(A, List.of(), from, through)).hasSameSizeAs(values);
    }
  }

  @Test
  void eachFlushed_reopenedIndex_handsOverEveryPosition() {
    Fingerprint one = new Fingerprint(-1, 7);
    Fingerprint two = new Fingerprint(2, -2);
    index.commit(A, List.of(), Map.of(one, 5L, two, -9L));
    index.commit(B, List.of(), Map.of(one, 6L));
    index.commit(A, List.of(), Map.of(one, 7L));
    index.close();
    open();

    List<FlushedStream> flushed = new ArrayList<>();
    index.eachFlushed(flushed::add);

    assertThat(flushed)
        .containsExactlyInAnyOrder(
            new FlushedStream(A, one, 7),
            new FlushedStream(A, two, -9),
            new FlushedStream(B, one, 6));
  }

  @Test
  void anyCall_afterClose_failsAndDoesNotCrash() {
    index.close();
    index.close();

    assertThatThrownBy(() -> index.select(A, List.of(), 0, 1))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is closed");
    assertThatThrownBy(() -> index.commit(A, List.of(), Map.of()))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> index.flushedThrough(A, new Fingerprint(1, 1)))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void commit_longLabels_areFound() {
    String name = "n".repeat(5_000);
    String value = "v".repeat(200_000);
    Labels labels = commit(A, Labels.of(name, value, "a", ""), 10, 20);

    assertThat(series(A, 0, 100, matcher(name, Operator.EQUAL, value))).containsExactly(labels);
    assertThat(asked.labelValues(A, name, List.of(), 0, 100)).containsExactly(value);
  }

  private Labels commit(TenantId tenant, Labels labels, long minTimestamp, long maxTimestamp) {
    index.commit(tenant, List.of(chunk(labels, "pack", minTimestamp, maxTimestamp, 1)), Map.of());
    return labels;
  }

  private static IndexedChunk chunk(
      Labels labels, String pack, long minTimestamp, long maxTimestamp, long id) {
    return new IndexedChunk(
        labels,
        Fingerprint.of(labels),
        new ChunkRef(id, pack, 8, 1000, 100, 2000, 600, minTimestamp, maxTimestamp, 5, 50, 7, 1));
  }

  private Set<Labels> series(TenantId tenant, long from, long through, LabelMatcher... matchers) {
    return asked.series(tenant, List.of(matchers), from, through);
  }

  private static LabelMatcher matcher(String name, Operator operator, String value) {
    return new LabelMatcher(name, operator, value);
  }
}
