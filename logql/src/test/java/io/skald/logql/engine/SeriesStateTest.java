package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** States filled by several threads, against the samples of each window. */
class SeriesStateTest {
  private record Sample(int unit, long timestamp, double value) {}

  private static final int UNITS = 4;

  private final MemoryBudget budget = new MemoryBudget(1 << 26);

  private interface Factory {
    SeriesState make(Windows windows);
  }

  @Test
  void extreme_skipsNaNUnlessThereIsNothingElse() {
    verify(windows -> new ExtremeState(false, budget), samples -> extreme(samples, false));
    verify(windows -> new ExtremeState(true, budget), samples -> extreme(samples, true));
  }

  private static double extreme(List<Sample> samples, boolean maximum) {
    double best = Double.NaN;
    for (Sample sample : samples) {
      if (Double.isNaN(best) || (maximum ? sample.value() > best : sample.value() < best)) {
        best = sample.value();
      }
    }
    return best;
  }

  @Test
  void sampled_firstAndLast_followTimeThenUnits() {
    verify(
        windows -> new SampleState(windows, WindowFunction::first, budget),
        samples -> samples.getFirst().value());
    verify(
        windows -> new SampleState(windows, WindowFunction::last, budget),
        samples -> samples.getLast().value());
  }

  @Test
  void counts_equalTheNumberOfSamples() {
    verify(windows -> new CountState(windows, false, 1, budget), List::size);
  }

  /** Fills states with random samples, unit by unit, units spread over two threads. */
  private void verify(Factory factory, ToDoubleFunction<List<Sample>> expected) {
    long seed = 99;
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      StepGrid grid = new StepGrid(20, 1 + random.nextInt(12), 1 + random.nextInt(8));
      long range = 1 + random.nextInt(30);
      Windows windows = new Windows(grid, range, 0);
      SeriesState state = factory.make(windows);
      SeriesState other = factory.make(windows);
      List<Sample> all = new ArrayList<>();
      for (int unit = 0; unit < UNITS; unit++) {
        SeriesState target = random.nextBoolean() ? state : other;
        for (Sample sample : randomBlock(random, unit)) {
          int first = windows.firstStep(sample.timestamp());
          int last = windows.lastStep(sample.timestamp());
          if (first <= last) {
            target.add(unit, first, last, sample.timestamp(), 1, sample.value());
            all.add(sample);
          }
        }
      }
      state.merge(other);
      all.sort(Comparator.comparingLong(Sample::timestamp));
      StepSeries out = StepSeries.empty(Labels.EMPTY, grid.count());

      state.finish(out, Cancellation.none());

      for (int step = 0; step < grid.count(); step++) {
        long through = grid.time(step);
        List<Sample> window =
            all.stream()
                .filter(s -> s.timestamp() > through - range && s.timestamp() <= through)
                .toList();
        String situation = "seed %d round %d step %d".formatted(seed, round, step);
        assertThat(out.has(step)).as(situation).isEqualTo(!window.isEmpty());
        if (!window.isEmpty()) {
          assertThat(out.values()[step])
              .as(situation)
              .isEqualTo(Double.valueOf(expected.applyAsDouble(window)));
        }
      }
    }
  }

  private static List<Sample> randomBlock(Random random, int unit) {
    List<Sample> block = new ArrayList<>();
    for (int i = random.nextInt(10); i > 0; i--) {
      double value = random.nextInt(8) == 0 ? Double.NaN : random.nextInt(6) - 3;
      block.add(new Sample(unit, random.nextInt(120), value));
    }
    block.sort(Comparator.comparingLong(Sample::timestamp));
    return block;
  }

  @Test
  void add_beyondTheMemoryBudget_namesTheLimit() {
    Supplier<SeriesState> small =
        () ->
            new SampleState(
                new Windows(new StepGrid(0, 1, 1), 10, 0),
                WindowFunction::first,
                new MemoryBudget(1000));
    SeriesState state = small.get();

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1000; i++) {
                state.add(0, 0, 0, 0, 1, i);
              }
            })
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessageContaining("querier.max_query_memory")
        .hasMessageContaining("1000 bytes");
  }
}
