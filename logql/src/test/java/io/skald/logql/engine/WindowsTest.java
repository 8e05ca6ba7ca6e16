package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowsTest {
  @Test
  void steps_ofRandomInstants_areThoseWhoseWindowHoldsThem() {
    long seed = 11;
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      StepGrid grid =
          new StepGrid(random.nextInt(50), 1 + random.nextInt(12), 1 + random.nextInt(8));
      long range = 1 + random.nextInt(30);
      long offset = random.nextInt(20) - 10;
      Windows windows = new Windows(grid, range, offset);
      long timestamp = random.nextInt(200) - 50;
      int first = grid.count();
      int last = -1;
      for (int step = 0; step < grid.count(); step++) {
        long end = grid.time(step) - offset;
        if (timestamp <= end) {
          first = Math.min(first, step);
        }
        if (timestamp > end - range) {
          last = step;
        }
        assertThat(windows.windowThrough(step)).isEqualTo(end);
        assertThat(windows.windowFrom(step)).isEqualTo(end - range + 1);
      }
      String situation =
          "seed %d round %d: %d in %s %d %d".formatted(seed, round, timestamp, grid, range, offset);

      assertThat(windows.firstStep(timestamp)).as(situation).isEqualTo(first);
      assertThat(windows.lastStep(timestamp)).as(situation).isEqualTo(last);
    }
  }

  @Test
  void paneEnd_isTheLastInstantWithTheSameSteps() {
    long seed = 12;
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      StepGrid grid =
          new StepGrid(random.nextInt(50), 1 + random.nextInt(12), 1 + random.nextInt(8));
      Windows windows = new Windows(grid, 1 + random.nextInt(30), random.nextInt(20) - 10);
      long timestamp = random.nextInt(200) - 50;
      int first = windows.firstStep(timestamp);
      int last = windows.lastStep(timestamp);
      long end = timestamp;
      while (end < 500
          && windows.firstStep(end + 1) == first
          && windows.lastStep(end + 1) == last) {
        end++;
      }

      long paneEnd = windows.paneEnd(first, last);

      assertThat(end == 500 ? paneEnd >= 500 : paneEnd == end)
          .as(
              "seed %d round %d: pane of %d ends at %d, not %d",
              seed, round, timestamp, end, paneEnd)
          .isTrue();
    }
  }

  @Test
  void bounds_withAnEndlessRange_doNotOverflow() {
    Windows windows =
        new Windows(new StepGrid(1_772_438_400_000_000_000L, 1, 1), Long.MAX_VALUE, 0);

    assertThat(windows.from()).isLessThan(0);
    assertThat(windows.firstStep(5)).isZero();
    assertThat(windows.lastStep(5)).isZero();
    assertThat(windows.lastStep(Long.MAX_VALUE)).isZero();
    assertThat(windows.firstStep(Long.MAX_VALUE)).isEqualTo(1);
  }
}
