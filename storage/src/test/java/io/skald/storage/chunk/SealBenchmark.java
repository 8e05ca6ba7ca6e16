package io.skald.storage.chunk;

import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Seals and opens the lines of a file, and prints the size of each column and the speed in CPU time
 * of one thread. The lines should be of one stream, as a block's are: mixed streams compress worse.
 *
 * <pre>
 *  java --enable-native-access=ALL-UNNAMED -cp ... io.skald.storage.chunk.SealBenchmark FILE [ROUNDS]
 * </pre>
 */
final class SealBenchmark {
  private static final int BLOCK_BYTES = 256 * 1024;
  private static final long START = 1_767_225_600_000_000_000L;

  private SealBenchmark() {}

  public static void main(String[] arguments) throws IOException {
    List<ColumnBlock> blocks = blocks(Files.readAllBytes(Path.of(arguments[0])));
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    long lineBytes = blocks.stream().mapToLong(ColumnBlock::lineBytes).sum();
    long entries = blocks.stream().mapToLong(ColumnBlock::size).sum();
    try (ColumnDecoder decoder = new ColumnDecoder();
        BlockSealer sealer = new BlockSealer(decoder)) {
      List<SealedBlock> sealed = List.of();
      for (int round = 0; round < rounds; round++) {
        long start = cpuNanos();
        sealed = blocks.stream().map(sealer::seal).toList();
        long opened = cpuNanos();
        sealed.forEach(block -> block.view().lines());
        long read = cpuNanos();
        sealed.forEach(block -> block.view().timestamps());
        System.out.printf(
            "seal %.0f MB/s, lines %.0f MB/s, timestamps %.0f M/s%n",
            lineBytes * 1e3 / (opened - start),
            lineBytes * 1e3 / (read - opened),
            entries * 1e3 / (cpuNanos() - read));
      }
      for (Column column : Column.values()) {
        long size = sealed.stream().mapToLong(block -> block.sizeBytes(column)).sum();
        System.out.printf("%-10s %.4f of the lines%n", column, (double) size / lineBytes);
      }
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** Cuts a text into blocks of lines, one every millisecond. */
  private static List<ColumnBlock> blocks(byte[] text) {
    List<ColumnBlock> blocks = new ArrayList<>();
    int[] offsets = new int[1024];
    byte[] lines = new byte[2 * BLOCK_BYTES];
    int size = 0;
    int from = 0;
    for (int i = 0; i <= text.length; i++) {
      if (i < text.length && text[i] != '\n') {
        continue;
      }
      if (size + 1 == offsets.length) {
        offsets = Arrays.copyOf(offsets, 2 * offsets.length);
      }
      int end = offsets[size] + i - from;
      if (end > lines.length) {
        lines = Arrays.copyOf(lines, 2 * end);
      }
      System.arraycopy(text, from, lines, offsets[size], i - from);
      offsets[++size] = end;
      from = i + 1;
      if (end >= BLOCK_BYTES || from > text.length) {
        blocks.add(block(size, offsets, lines));
        size = 0;
      }
    }
    return blocks;
  }

  private static ColumnBlock block(int size, int[] offsets, byte[] lines) {
    long[] timestamps = new long[size];
    Arrays.setAll(timestamps, i -> START + i * 1_000_000L);
    return ColumnBlock.of(
        size,
        timestamps,
        Arrays.copyOf(offsets, size + 1),
        Arrays.copyOf(lines, offsets[size]),
        new int[size],
        new MetadataTable());
  }
}
