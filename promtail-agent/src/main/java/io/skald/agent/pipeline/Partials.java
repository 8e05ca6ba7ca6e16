package io.skald.agent.pipeline;

import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The beginnings of lines that came in parts, by labels. Bounded in label sets and in bytes: at
 * either bound all are handed on as they are. A beginning that nothing follows goes by itself after
 * a while.
 */
final class Partials {
  private static final long IDLE_NANOS = Duration.ofSeconds(5).toNanos();

  /** For all beginnings together: some lines of the longest that are read. */
  private static final long MAX_HELD_BYTES = 32 << 20;

  private final Clock clock;
  private final int maxSets;
  private final int maxLineBytes;
  private final Map<Labels, Beginning> beginnings = new LinkedHashMap<>();
  private long heldBytes;

  private static final class Beginning {
    final JoinedLine line;
    long lastNanos;

    Beginning(JoinedLine line) {
      this.line = line;
    }
  }

  /**
   * @param maxLineBytes where joined lines are cut; 0 for nowhere
   */
  Partials(Clock clock, int maxSets, int maxLineBytes) {
    this.clock = clock;
    this.maxSets = maxSets;
    this.maxLineBytes = maxLineBytes;
  }

  /** Takes a part that is not the last one. */
  void add(Entry entry, Stage.Output next) {
    Beginning beginning =
        beginnings.size() >= maxSets || heldBytes + entry.lineLength() > MAX_HELD_BYTES
            ? null
            : beginnings.get(entry.labels());
    if (beginning == null) {
      if (beginnings.size() >= maxSets || heldBytes + entry.lineLength() > MAX_HELD_BYTES) {
        flush(next);
      }
      beginning = new Beginning(new JoinedLine(entry.keep(), maxLineBytes));
      beginnings.put(beginning.line.entry().labels(), beginning);
      heldBytes += beginning.line.length();
    } else {
      long before = beginning.line.length();
      beginning.line.append(entry);
      beginning.line.useRestOf(entry);
      heldBytes += beginning.line.length() - before;
    }
    beginning.lastNanos = clock.monotonicNanos();
  }

  /** Takes a whole line or a last part, and hands the line on. */
  void complete(Entry entry, Stage.Output next) {
    Beginning beginning = beginnings.isEmpty() ? null : beginnings.remove(entry.labels());
    if (beginning == null) {
      next.accept(entry);
      return;
    }
    heldBytes -= beginning.line.length();
    beginning.line.append(entry);
    beginning.line.useRestOf(entry);
    next.accept(beginning.line.finish());
  }

  long flushDue(long nowNanos, Stage.Output next) {
    if (beginnings.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long wait = Long.MAX_VALUE;
    List<Labels> due = new ArrayList<>();
    for (Map.Entry<Labels, Beginning> entry : beginnings.entrySet()) {
      long left = entry.getValue().lastNanos + IDLE_NANOS - nowNanos;
      if (left <= 0) {
        due.add(entry.getKey());
      } else {
        wait = Math.min(wait, left);
      }
    }
    for (Labels labels : due) {
      emit(beginnings.remove(labels), next);
    }
    return wait;
  }

  void flush(Stage.Output next) {
    List<Beginning> all = List.copyOf(beginnings.values());
    beginnings.clear();
    all.forEach(beginning -> emit(beginning, next));
  }

  private void emit(@Nullable Beginning beginning, Stage.Output next) {
    if (beginning != null) {
      heldBytes -= beginning.line.length();
      next.accept(beginning.line.finish());
    }
  }
}
