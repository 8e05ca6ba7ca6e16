package io.skald.logql.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Keeps every sample of a series, for functions that need them in the order of time: quantile,
 * standard deviation, first, last, rate_counter.
 *
 * <p>Samples of one timestamp are in the order of streams (by label text), then of arrival.
 */
final class SampleState implements SeriesState {
  private static final int BYTES_PER_SAMPLE = 16;

  private final Windows windows;
  private final WindowFunction function;
  private final MemoryBudget budget;
  private int size;
  private long[] timestamps = {};
  private double[] values = {};
  private final List<Run> runs = new ArrayList<>();
  private final List<SampleState> others = new ArrayList<>();

  /** The samples of one block: those from {@code start} to the start of the next run. */
  private record Run(int unit, int start) {}

  SampleState(Windows windows, WindowFunction function, MemoryBudget budget) {
    this.windows = windows;
    this.function = function;
    this.budget = budget;
  }

  @Override
  public void add(
      int unit, int firstStep, int lastStep, long timestampNanos, int count, double value) {
    if (size == timestamps.length) {
      int capacity = Math.max(4, size + (size >> 1));
      budget.take((long) BYTES_PER_SAMPLE * (capacity - size));
      timestamps = Arrays.copyOf(timestamps, capacity);
      values = Arrays.copyOf(values, capacity);
    }
    if (runs.isEmpty() || runs.getLast().unit() != unit) {
      runs.add(new Run(unit, size));
    }
    timestamps[size] = timestampNanos;
    values[size] = value;
    size++;
  }

  @Override
  public long heldBytes() {
    long bytes = (long) BYTES_PER_SAMPLE * timestamps.length;
    for (SampleState other : others) {
      bytes += (long) BYTES_PER_SAMPLE * other.timestamps.length;
    }
    return bytes;
  }

  @Override
  public void merge(SeriesState other) {
    SampleState state = (SampleState) other;
    others.add(state);
    others.addAll(state.others);
    state.others.clear();
  }

  @Override
  public void write(AnswerWriter out) {
    TimedValues samples = inOrder();
    out.count(samples.size());
    long before = 0;
    for (int i = 0; i < samples.size(); i++) {
      out.signed(samples.timestamps()[i] - before);
      out.number(samples.values()[i]);
      before = samples.timestamps()[i];
    }
  }

  /** Samples of one timestamp stay in their order, and are all in one piece where it matters. */
  @Override
  public void read(AnswerReader in) {
    int samples = in.size(1 + Double.BYTES);
    long timestamp = 0;
    for (int i = 0; i < samples; i++) {
      timestamp += in.signed();
      add(0, 0, 0, timestamp, 1, in.number());
    }
  }

  @Override
  public void finish(StepSeries out, Cancellation cancellation) {
    TimedValues samples = inOrder();
    long[] times = samples.timestamps();
    int from = 0;
    int to = 0;
    int end = samples.size();
    for (int step = 0; step < windows.steps(); step++) {
      long first = windows.windowFrom(step);
      long last = windows.windowThrough(step);
      while (to < end && times[to] <= last) {
        to++;
      }
      while (from < to && times[from] < first) {
        from++;
      }
      if (from < to) {
        cancellation.check();
        out.set(step, function.apply(times, samples.values(), from, to));
      }
    }
  }

  private TimedValues inOrder() {
    if (others.isEmpty()) {
      return TimedValues.sorted(size, timestamps, values);
    }
    record Piece(int unit, SampleState state, int from, int to) {}
    List<Piece> pieces = new ArrayList<>();
    List<SampleState> states = new ArrayList<>(others);
    states.add(this);
    int total = 0;
    for (SampleState state : states) {
      total = Math.addExact(total, state.size);
      for (int i = 0; i < state.runs.size(); i++) {
        int to = i + 1 < state.runs.size() ? state.runs.get(i + 1).start() : state.size;
        Run run = state.runs.get(i);
        pieces.add(new Piece(run.unit(), state, run.start(), to));
      }
    }
    pieces.sort(Comparator.comparingInt(Piece::unit));
    budget.take((long) BYTES_PER_SAMPLE * total);
    long[] allTimestamps = new long[total];
    double[] allValues = new double[total];
    int at = 0;
    for (Piece piece : pieces) {
      int length = piece.to() - piece.from();
      System.arraycopy(piece.state().timestamps, piece.from(), allTimestamps, at, length);
      System.arraycopy(piece.state().values, piece.from(), allValues, at, length);
      at += length;
    }
    return TimedValues.sorted(total, allTimestamps, allValues);
  }
}
