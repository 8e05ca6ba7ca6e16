package io.skald.storage.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.storage.chunk.ChunkRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineWindowsTest {
  private static final int MIB = 1 << 20;

  private static ChunkRef chunk(String pack, long lines, int linesLength) {
    return new ChunkRef(
        1, pack, 100L * MIB, linesLength + 50, 10, lines, linesLength, 0, 1, 1, 1, 0, 1);
  }

  private static long fetched(LineWindows windows, long offset) {
    return windows.fetch("p", offset, 1000).length();
  }

  @Test
  void fetch_ofTheOnlyPack_takesAllWithTheSecondRequest() {
    LineWindows windows = new LineWindows(64L * MIB);
    windows.expect(List.of(chunk("p", 5, 30 * MIB), chunk("p", 5 + 30 * MIB, 10 * MIB)));

    assertThat(fetched(windows, 20L * MIB)).isEqualTo(1000);
    assertThat(windows.fetch("p", 21L * MIB, 1000))
        .isEqualTo(new RangePlan.Range("p", 5, 40 * MIB));
  }

  @Test
  void fetch_ofTheOnlyPackThatIsTooLarge_takesAWindowFromThere() {
    LineWindows windows = new LineWindows(8L * MIB);
    windows.expect(List.of(chunk("p", 5, 40 * MIB)));

    assertThat(fetched(windows, 20L * MIB)).isEqualTo(1000);
    assertThat(fetched(windows, 20L * MIB)).isBetween(1L * MIB, 6L * MIB);
  }

  @Test
  void fetch_againAndAgain_doublesAfterTheFirstFew() {
    LineWindows windows = new LineWindows(64L * MIB);
    windows.expect(List.of(chunk("p", 5, 40 * MIB), chunk("q", 5, MIB)));

    List<Long> lengths = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      lengths.add(fetched(windows, 20L * MIB + 5000));
    }

    assertThat(lengths.subList(0, 4)).containsOnly(1000L);
    assertThat(lengths.subList(4, 10))
        .containsExactly(1L * MIB, 2L * MIB, 4L * MIB, 8L * MIB, 8L * MIB, 8L * MIB);
    windows.expect(List.of(chunk("p", 5, 40 * MIB), chunk("q", 5, MIB)));
    assertThat(fetched(windows, 20L * MIB + 5000)).isEqualTo(1000);
  }

  @Test
  void fetch_ofManyPacks_leavesRoomInTheCache() {
    LineWindows windows = new LineWindows(64L * MIB);
    List<ChunkRef> chunks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      chunks.add(chunk(i == 0 ? "p" : "p" + i, 5, 40 * MIB));
    }
    windows.expect(chunks);

    for (int i = 0; i < 20; i++) {
      assertThat(fetched(windows, 20L * MIB + 5000)).isLessThanOrEqualTo(2L * MIB);
    }
  }

  @Test
  void fetch_anything_holdsWhatIsWantedAndNothingButLines() {
    Random random = new Random(4);
    LineWindows windows = new LineWindows(64L * MIB);
    long from = 1000;
    long through = from + 30L * MIB;
    for (int i = 0; i < 100_000; i++) {
      if (i % 50 == 0) {
        ChunkRef other = chunk(i % 100 == 0 ? "p" : "q", from, MIB);
        windows.expect(List.of(chunk("p", from, 30 * MIB), other));
      }
      int length = 1 + random.nextInt(random.nextBoolean() ? 100_000 : 12 * MIB);
      long offset = from + random.nextLong(through - from - length + 1);
      RangePlan.Range range = windows.fetch("p", offset, length);
      assertThat(range.offset()).isBetween(from, offset);
      assertThat(range.end()).isBetween(offset + length, through);
    }
    assertThat(windows.fetch("p", 0, 1001).length()).isEqualTo(1001);
    assertThat(windows.fetch("other", from, 10).length()).isEqualTo(10);
  }
}
