package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.LogSource;
import io.skald.common.block.MetadataTable;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.Labels;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which columns of a block a query reads. */
class ColumnsReadTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Labels STREAM = Labels.of("app", "x");

  private final QueryEngine engine = new QueryEngine(EngineLimits.defaults(), Runnable::run, 1);

  /** Notes the columns it is asked for. */
  private static final class WatchedBlock implements BlockView {
    private final ColumnBlock block;
    private final Set<String> read = new TreeSet<>();

    WatchedBlock(ColumnBlock block) {
      this.block = block;
    }

    private <T> T note(String column, T value) {
      read.add(column);
      return value;
    }

    @Override
    public int size() {
      return block.size();
    }

    @Override
    public long minTimestamp() {
      return block.minTimestamp();
    }

    @Override
    public long maxTimestamp() {
      return block.maxTimestamp();
    }

    @Override
    public long lineBytes() {
      return block.lineBytes();
    }

    @Override
    public long[] timestamps() {
      return note("timestamps", block.timestamps());
    }

    @Override
    public int[] lineOffsets() {
      return note("offsets", block.lineOffsets());
    }

    @Override
    public byte[] lines() {
      return note("lines", block.lines());
    }

    @Override
    public int[] metadataIds() {
      return note("ids", block.metadataIds());
    }

    @Override
    public MetadataTable metadata() {
      return note("sets", block.metadata());
    }

    @Override
    public boolean mayContain(byte[] literal) {
      return new String(block.lines(), StandardCharsets.UTF_8)
          .contains(new String(literal, StandardCharsets.UTF_8));
    }
  }

  /** Ten entries, one a second from {@code second}, every other one with metadata. */
  private static WatchedBlock block(int second) {
    MetadataTable metadata = new MetadataTable();
    int level = metadata.intern(Labels.of("level", "info"));
    long[] timestamps = new long[10];
    int[] offsets = new int[11];
    int[] ids = new int[10];
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      timestamps[i] = (second + i) * SECOND;
      lines.append("line=").append(second + i).append(" block=").append(second);
      offsets[i + 1] = lines.length();
      ids[i] = i % 2 * level;
    }
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    return new WatchedBlock(ColumnBlock.of(10, timestamps, offsets, bytes, ids, metadata));
  }

  private QueryResult run(String query, List<WatchedBlock> blocks, QueryStatistics statistics) {
    Expr expression = Parser.parse(query);
    boolean log = expression instanceof LogExpr;
    LogSource source = (_, _, _, _) -> List.of(new StreamBlocks(STREAM, new ArrayList<>(blocks)));
    return engine.execute(
        new QueryRequest(expression, log ? 0 : 1000 * SECOND, 1000 * SECOND, 0, 0, 3, false, false),
        source,
        statistics,
        Cancellation.none());
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          sum(count_over_time({app="x"}[1000s]))                     -> []
          sum(bytes_rate({app="x"}[1000s]))                          -> []
          sum by (app) (rate({app="x"}[1000s]))                      -> [sets]
          sum by (level) (rate({app="x"}[1000s]))                    -> [ids, sets, timestamps]
          count_over_time({app="x"}[1000s])                          -> [ids, sets, timestamps]
          sum(count_over_time({app="x"}[985s]))                      -> [timestamps]
          sum(bytes_over_time({app="x"}[985s]))                      -> [offsets, timestamps]
          sum(count_over_time({app="x"} | json [1000s]))             -> []
          sum(count_over_time({app="x"} |= "line" [1000s]))          -> [lines, offsets, timestamps]
          sum(count_over_time({app="x"} |= "elsewhere" [1000s]))     -> []
          sum(count_over_time({app="x"} |= "elsewhere" | json [1000s])) -> []
          sum(count_over_time({app="x"}[10s]))                       -> []
          sum by (app) (count_over_time({app="x"} | drop __error__ [1000s])) -> [sets]
          """)
  void metricQuery_readsNoMoreThanItNeeds(String query, String columns) {
    WatchedBlock block = block(10);

    run(query, List.of(block), new QueryStatistics());

    assertThat(block.read).hasToString(columns);
  }

  @Test
  void logQuery_withALimit_opensOnlyTheNewestBlocks() {
    List<WatchedBlock> blocks = List.of(block(0), block(100), block(200), block(50));
    QueryStatistics statistics = new QueryStatistics();

    QueryResult result = run("{app=\"x\"}", blocks, statistics);

    assertThat(ResultText.rows(result)).hasSize(3);
    assertThat(blocks.stream().map(block -> block.read.isEmpty()))
        .containsExactly(true, true, false, true);
    assertThat(statistics.blocksSkipped.sum()).isEqualTo(3);
    assertThat(statistics.blocksTotal.sum()).isEqualTo(4);
    assertThat(statistics.processedLines.sum()).isEqualTo(3);
  }

  @Test
  void logQuery_forANeedle_opensOnlyBlocksThatMayHoldIt() {
    List<WatchedBlock> blocks = List.of(block(0), block(100), block(200));
    QueryStatistics statistics = new QueryStatistics();

    QueryResult result = run("{app=\"x\"} |= \"line=105\"", blocks, statistics);

    assertThat(ResultText.rows(result)).hasSize(1);
    assertThat(blocks.stream().map(block -> block.read.isEmpty()))
        .containsExactly(true, false, true);
    assertThat(statistics.processedLines.sum()).isEqualTo(10);
    assertThat(statistics.postFilterLines.sum()).isEqualTo(1);
  }
}
