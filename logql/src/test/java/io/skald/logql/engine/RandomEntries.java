package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;

/**
 * Random streams for tests: {@code {app="x", pod="0"}} with lines {@code k=a v=1.25 w=word}, out of
 * order, with ties, repeats and structured metadata.
 */
final class RandomEntries {
  static final long SECOND = 1_000_000_000L;

  record Pushed(Labels stream, long timestampNanos, String line, Labels metadata) {}

  private final List<Pushed> pushed = new ArrayList<>();

  RandomEntries(long seed, int size) {
    Random random = new Random(seed);
    for (int i = 0; i < size; i++) {
      Labels stream =
          Labels.of("app", random.nextInt(4) == 0 ? "y" : "x", "pod", "" + random.nextInt(3));
      // Mostly ascending, some late; few enough instants for ties.
      long second = Math.max(0, i * 200L / size - random.nextInt(20));
      long timestamp = second * SECOND + random.nextInt(2) * 500_000_000L;
      String key = "" + (char) ('a' + random.nextInt(3));
      String value =
          switch (random.nextInt(12)) {
            case 0 -> "";
            case 1 -> "-0.0";
            case 2 -> "1e300";
            default -> Double.toString(random.nextInt(2000) / 16.0 - 20);
          };
      String word = List.of("error", "warn", "ok").get(random.nextInt(3));
      Labels metadata =
          random.nextInt(3) == 0 ? Labels.of("level", word, "app", "shadow") : Labels.EMPTY;
      pushed.add(
          new Pushed(stream, timestamp, "k=" + key + " v=" + value + " w=" + word, metadata));
    }
  }

  MemorySource source(IntSupplier blockSizes) {
    MemorySource source = new MemorySource(blockSizes);
    for (Pushed entry : pushed) {
      source.add(entry.stream(), entry.timestampNanos(), entry.line(), entry.metadata());
    }
    return source;
  }
}
