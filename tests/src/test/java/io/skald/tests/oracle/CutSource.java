package io.skald.tests.oracle;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.LogSource;
import io.skald.common.block.ReadRoom;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Entries as blocks of random sizes, cut in the order of arrival. */
final class CutSource implements LogSource {
  private final List<StreamBlocks> streams = new ArrayList<>();

  CutSource(List<PlainEntry> entries, SplittableRandom random) {
    Map<Map<String, String>, List<PlainEntry>> byStream = new LinkedHashMap<>();
    Set<Object> seen = new HashSet<>();
    for (PlainEntry entry : entries) {
      if (seen.add(
          List.of(entry.stream(), entry.timestampNanos(), entry.line(), entry.metadata()))) {
        byStream.computeIfAbsent(entry.stream(), _ -> new ArrayList<>()).add(entry);
      }
    }
    int largest = 1 + random.nextInt(40);
    byStream.forEach((labels, arrivals) -> {
      List<BlockView> blocks = new ArrayList<>();
      for (int from = 0; from < arrivals.size(); ) {
        int to = Math.min(arrivals.size(), from + 1 + random.nextInt(largest));
        blocks.add(ColumnBlock.ofArrivals(Batches.of(arrivals.subList(from, to))));
        from = to;
      }
      streams.add(new StreamBlocks(Labels.of(labels), blocks));
    });
  }

  @Override
  public List<StreamBlocks> select(
      List<LabelMatcher> matchers, long from, long through, ReadRoom room) {
    return streams.stream()
        .filter(stream -> matchers.stream().allMatch(m -> m.matches(stream.labels())))
        .filter(stream ->
            stream.blocks().stream()
                .anyMatch(b -> b.minTimestamp() <= through && b.maxTimestamp() >= from))
        .toList();
  }
}
