package io.skald.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimestampColumnTest {
  private static final long START = 1_767_225_600_000_000_000L;

  private final Zstandard zstd = new Zstandard(1);
  private final DecompressionContexts contexts = new DecompressionContexts();
  private final TimestampColumn column = new TimestampColumn(zstd);
  private final Random random = new Random(17);

  @AfterEach
  void close() {
    zstd.close();
    contexts.close();
  }

  @Test
  void encode_regular_takesABitOrTwoAnEntry() {
    assertThat(bitsPerEntry(TimestampColumn.STEPS, i -> 15_000_000_000L)).isLessThan(2.2);
    assertThat(bitsPerEntry(TimestampColumn.STEPS, i -> 0)).isLessThan(1.2);
  }

  @Test
  void encode_milliseconds_takeNoBitsForTheNanoseconds() {
    assertThat(bitsPerEntry(TimestampColumn.STEPS, i -> 1_000_000L * random.nextInt(1000)))
        .isLessThan(11.1);
  }

  @Test
  void encode_randomNanoseconds_takeTheLogarithmOfTheMeanGapAndTwo() {
    assertThat(bitsPerEntry(TimestampColumn.STEPS, i -> random.nextInt(1 << 21)))
        .isLessThan(20 + 2.2);
  }

  @Test
  void encode_tickWithJitter_isPeriodic() {
    // Counts of 64 on average take 8 bits; the jitter of a gap is that of both its ends.
    long[] jitter = {0};
    IntToLongFunction gap =
        i -> {
          long before = jitter[0];
          jitter[0] = random.nextInt(1_000);
          return 5_000_000L * (1 + random.nextInt(128)) + jitter[0] - before;
        };
    assertThat(bitsPerEntry(TimestampColumn.PERIODIC, gap)).isLessThan(19.5);
  }

  @Test
  void encode_bursts_areDifferences() {
    IntToLongFunction gap = i -> i % 100 == 0 ? 3_600_000_000_000L : random.nextInt(100);

    assertThat(bitsPerEntry(TimestampColumn.DELTA + Packing.ZSTD, gap)).isLessThan(10);
  }

  @Test
  void encode_wholeRangeOfTime_isKept() {
    assertRoundTrip(new long[] {Long.MIN_VALUE, Long.MAX_VALUE});
    assertRoundTrip(new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE});
    assertRoundTrip(new long[] {Long.MIN_VALUE, -2});
    assertRoundTrip(new long[] {0, Long.MAX_VALUE});
    assertRoundTrip(new long[] {0, 0, 1, Long.MAX_VALUE - 1, Long.MAX_VALUE});
    assertRoundTrip(new long[] {-5, -5});
    assertRoundTrip(new long[] {7});
  }

  @Test
  void encode_random_isKept() {
    RandomBlocks blocks = new RandomBlocks(23);
    for (int i = 0; i < 5_000; i++) {
      assertRoundTrip(blocks.timestamps(1 + i % 300));
    }
  }

  private double bitsPerEntry(int encoding, IntToLongFunction gap) {
    long[] timestamps = new long[10_000];
    long at = START;
    for (int i = 0; i < timestamps.length; i++) {
      timestamps[i] = at;
      at += gap.applyAsLong(i);
    }
    EncodedColumn encoded = assertRoundTrip(timestamps);
    assertThat(encoded.encoding()).isEqualTo(encoding);
    return encoded.bytes().length * 8.0 / timestamps.length;
  }

  private EncodedColumn assertRoundTrip(long[] timestamps) {
    int size = timestamps.length;
    // Columns may be longer than the block.
    EncodedColumn encoded = column.encode(Arrays.copyOf(timestamps, size + 3), size);
    Section section = new Section("o", "TIMESTAMPS", 0, encoded.encoding(), encoded.bytes());
    assertThat(TimestampColumn.decode(section, contexts, size, timestamps[0], timestamps[size - 1]))
        .isEqualTo(timestamps);
    return encoded;
  }
}
