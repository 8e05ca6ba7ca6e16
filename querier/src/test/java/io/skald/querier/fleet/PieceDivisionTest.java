package io.skald.querier.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.logql.engine.QueryFleet.Division;
import io.skald.logql.engine.QueryPiece;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.syntax.Parser;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.IndexedStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PieceDivisionTest {
  private static final long END = 1_000_000;
  private static final int MEMBERS = 3;
  private static final QueryPiece WHOLE =
      new QueryPiece(
          new QueryRequest(Parser.parse("{a=\"b\"}"), 0, END, 0, 0, 10, true, false),
          0,
          END - 1,
          StreamShard.ALL,
          0);

  /** Streams of ten chunks, each behind the other. */
  private static List<QueryPiece> divide(int streams, Division division) {
    StoredVolume volume =
        new StoredVolume(
            IntStream.range(0, streams).mapToObj(PieceDivisionTest::stream).toList(), 0, END - 1);
    return divide(volume, 1000, division);
  }

  private static List<QueryPiece> divide(StoredVolume volume, long minBytes, Division division) {
    return new PieceDivision(WHOLE, volume, volume.bytes(), minBytes, MEMBERS).divide(division);
  }

  private static IndexedStream stream(int number) {
    Labels labels = Labels.of("pod", "p" + number);
    List<ChunkRef> chunks = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      long from = END / 10 * i;
      chunks.add(
          new ChunkRef(
              i + 1, "pack", i * 9L, 9, 4, 0, 0, from, from + END / 10 - 1, 5, 10_000, 0, 1));
    }
    return new IndexedStream(Fingerprint.of(labels), labels, chunks);
  }

  @ParameterizedTest
  @EnumSource(Division.class)
  void divide_anyWay_holdsEveryStreamAndInstantOnce(Division division) {
    for (int streams : new int[] {1, 5, 200}) {
      List<QueryPiece> pieces = divide(streams, division);

      assertThat(pieces).hasSizeBetween(2, 6 * MEMBERS);
      for (int stream = 0; stream < streams; stream++) {
        Fingerprint fingerprint = Fingerprint.of(Labels.of("pod", "p" + stream));
        for (long instant : new long[] {0, 1, END / 3, END / 2, END - 2, END - 1}) {
          assertThat(pieces)
              .filteredOn(piece ->
                  piece.shard().holds(fingerprint)
                      && piece.fromNanos() <= instant
                      && piece.throughNanos() >= instant)
              .hasSize(1);
        }
      }
    }
  }

  /** Of 10 MB. */
  @ParameterizedTest
  @CsvSource({
    "10000000, 3",
    "1700000, 3",
    "1666666, 6",
    "900000, 9",
    "800000, 12",
    "1, 12",
    "0, 12"
  })
  void divide_bytes_areAsManyPiecesForEachMember(long minBytes, int pieces) {
    StoredVolume volume =
        new StoredVolume(
            IntStream.range(0, 100).mapToObj(PieceDivisionTest::stream).toList(), 0, END - 1);
    assertThat(volume.bytes()).isEqualTo(10_000_000);

    assertThat(divide(volume, minBytes, Division.FREE)).hasSize(pieces);
  }

  @ParameterizedTest
  @CsvSource({"1, FREE, 1, 12", "200, FREE, 12, 1", "200, BY_TIME, 1, 12", "12, FREE, 4, 3"})
  void divide_streams_areSharedOutBeforeTime(
      int streams, Division division, int shards, int ranges) {
    List<QueryPiece> pieces = divide(streams, division);

    assertThat(pieces).extracting(piece -> piece.shard().count()).containsOnly(shards);
    assertThat(pieces.stream().map(QueryPiece::fromNanos).distinct().count()).isEqualTo(ranges);
  }

  @ParameterizedTest
  @CsvSource({"EARLIEST_FIRST, 200", "LATEST_FIRST, 200", "EARLIEST_FIRST, 1", "LATEST_FIRST, 1"})
  void divide_ordered_beginsWithOneSmallPieceAtTheEdge(Division division, int streams) {
    List<QueryPiece> pieces = divide(streams, division);

    QueryPiece first = pieces.getFirst();
    assertThat(first.shard()).isEqualTo(StreamShard.ALL);
    assertThat(first.throughNanos() - first.fromNanos()).isLessThan(END / 10);
    boolean latest = division == Division.LATEST_FIRST;
    assertThat(latest ? first.throughNanos() : first.fromNanos()).isEqualTo(latest ? END - 1 : 0);
    List<Long> starts = pieces.stream().map(QueryPiece::fromNanos).distinct().toList();
    assertThat(latest ? starts.reversed() : starts).isSorted();
  }
}
