package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.EntryBatch;
import io.skald.common.block.LogSource;
import io.skald.common.block.MetadataTable;
import io.skald.common.block.ReadRoom;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.logql.TemplatedBlock;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;

/** Entries in memory, cut into blocks of a stream in arrival order. */
final class MemorySource implements LogSource {
  /** One entry as it was pushed. */
  record Arrival(long timestampNanos, String line, Labels metadata) {}

  private final Map<Labels, Set<Arrival>> streams = new LinkedHashMap<>();
  private final IntSupplier blockSizes;
  private List<StreamBlocks> blocks = List.of();

  /**
   * @param blockSizes asked for the number of entries of each block
   */
  MemorySource(IntSupplier blockSizes) {
    this.blockSizes = blockSizes;
  }

  /** Returns the same entries in blocks that hold templates of their lines. */
  LogSource templated() {
    return (matchers, from, through, room) ->
        select(matchers, from, through, room).stream()
            .map(stream ->
                new StreamBlocks(
                    stream.labels(), stream.blocks().stream().map(TemplatedBlock::of).toList()))
            .toList();
  }

  static MemorySource ofBlocks(int size) {
    return new MemorySource(() -> size);
  }

  MemorySource add(Labels stream, long timestampNanos, String line) {
    return add(stream, timestampNanos, line, Labels.EMPTY);
  }

  /** Adds an entry unless the stream holds it already. */
  MemorySource add(Labels stream, long timestampNanos, String line, Labels metadata) {
    streams
        .computeIfAbsent(stream, _ -> new LinkedHashSet<>())
        .add(new Arrival(timestampNanos, line, metadata));
    blocks = List.of();
    return this;
  }

  Map<Labels, Set<Arrival>> streams() {
    return streams;
  }

  @Override
  public List<StreamBlocks> select(
      List<LabelMatcher> matchers, long from, long through, ReadRoom room) {
    if (blocks.isEmpty()) {
      blocks =
          streams.entrySet().stream()
              .map(stream -> new StreamBlocks(stream.getKey(), cut(stream.getValue())))
              .toList();
    }
    return blocks.stream()
        .filter(stream -> matchers.stream().allMatch(m -> m.matches(stream.labels())))
        .filter(stream ->
            stream.blocks().stream()
                .anyMatch(b -> b.minTimestamp() <= through && b.maxTimestamp() >= from))
        .toList();
  }

  private List<BlockView> cut(Set<Arrival> arrivals) {
    List<BlockView> cut = new ArrayList<>();
    List<Arrival> all = List.copyOf(arrivals);
    for (int from = 0; from < all.size(); ) {
      int to = Math.min(all.size(), from + blockSizes.getAsInt());
      cut.add(block(all.subList(from, to)));
      from = to;
    }
    return cut;
  }

  private static BlockView block(List<Arrival> arrivals) {
    ByteArrayOutputStream area = new ByteArrayOutputStream();
    List<byte[]> lines = new ArrayList<>();
    for (Arrival arrival : arrivals) {
      byte[] line = arrival.line().getBytes(StandardCharsets.UTF_8);
      lines.add(line);
      area.writeBytes(line);
    }
    MetadataTable metadata = new MetadataTable();
    EntryBatch.Builder builder = new EntryBatch.Builder(area.toByteArray(), metadata);
    int at = 0;
    for (int i = 0; i < lines.size(); i++) {
      Arrival arrival = arrivals.get(i);
      int length = lines.get(i).length;
      builder.add(arrival.timestampNanos(), at, length, metadata.intern(arrival.metadata()));
      at += length;
    }
    return ColumnBlock.ofArrivals(builder.build());
  }
}
