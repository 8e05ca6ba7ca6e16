package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.block.ReadRoom;
import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerEdgeTest {
  /** Returns the blocks of the entries, sorted from the side where the answer begins. */
  private static List<ScanUnit> units(boolean forward, int blockSize, long... timestamps) {
    MemorySource source = MemorySource.ofBlocks(blockSize);
    Labels stream = Labels.of("app", "x");
    for (int i = 0; i < timestamps.length; i++) {
      source.add(stream, timestamps[i], "line " + i);
    }
    List<ScanUnit> units = new ArrayList<>();
    for (BlockView block :
        source
            .select(List.of(), Long.MIN_VALUE, Long.MAX_VALUE, ReadRoom.UNBOUNDED)
            .getFirst()
            .blocks()) {
      units.add(new ScanUnit(0, stream, units.size(), block));
    }
    units.sort(
        forward
            ? Comparator.comparingLong(unit -> unit.block().minTimestamp())
            : Comparator.comparingLong((ScanUnit unit) -> unit.block().maxTimestamp()).reversed());
    return units;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void of_randomTimes_isThatOfTheEntryAtTheLimit(boolean forward) {
    Random random = new Random(7);
    for (int round = 0; round < 500; round++) {
      long[] times = random.longs(1 + random.nextInt(60), -40, 40).toArray();
      int limit = 1 + random.nextInt(20);
      long from = -50 + random.nextInt(50);
      long through = from + random.nextInt(80);

      long edge =
          AnswerEdge.of(
              units(forward, 1 + random.nextInt(9), times), forward, limit, from, through);

      List<Long> inside = new ArrayList<>();
      for (long time : times) {
        if (time >= from && time <= through) {
          inside.add(time);
        }
      }
      inside.sort(forward ? Comparator.naturalOrder() : Comparator.reverseOrder());
      long expected = inside.size() < limit ? (forward ? through : from) : inside.get(limit - 1);
      assertThat(edge).isEqualTo(expected);
    }
  }

  @Test
  void of_limitThatCannotBeCounted_isTheOtherSide() {
    List<ScanUnit> units = units(false, 2, 1, 2, 3);

    assertThat(AnswerEdge.of(units, false, Integer.MAX_VALUE, 0, 9)).isZero();
    assertThat(AnswerEdge.of(units, false, 0, 0, 9)).isZero();
  }
}
