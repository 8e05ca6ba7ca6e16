package io.skald.agent.pipeline;

import java.io.PrintStream;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Prints what each stage changes: added, changed and removed values. */
public final class StageDiff implements Pipeline.Inspector {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final PrintStream out;
  private SortedMap<String, String> before = new TreeMap<>();

  public StageDiff(PrintStream out) {
    this.out = out;
  }

  @Override
  public void before(Entry entry) {
    before = describe(entry);
  }

  @Override
  public void after(String stage, Entry entry, boolean kept) {
    StringBuilder text = new StringBuilder("[inspect: " + stage + " stage]\n");
    if (!kept) {
      out.print(text.append("  dropped\n"));
      return;
    }
    SortedMap<String, String> now = describe(entry);
    TreeSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(now.keySet());
    boolean changed = false;
    for (String key : keys) {
      String old = before.get(key);
      String fresh = now.get(key);
      if (!Objects.equals(old, fresh)) {
        changed = true;
        text.append(old == null ? "  + " : fresh == null ? "  - " : "  ~ ").append(key);
        text.append(": ").append(old == null ? fresh : fresh == null ? old : old + " => " + fresh);
        text.append('\n');
      }
    }
    out.print(changed ? text : text.append("  nothing changed\n"));
    out.flush();
  }

  private static SortedMap<String, String> describe(Entry entry) {
    SortedMap<String, String> all = new TreeMap<>();
    all.put("line", entry.lineText());
    all.put(
        "timestamp",
        Instant.ofEpochSecond(
                Math.floorDiv(entry.timestampNanos(), NANOS_PER_SECOND),
                Math.floorMod(entry.timestampNanos(), NANOS_PER_SECOND))
            .toString());
    entry.labels().toMap().forEach((name, value) -> all.put("label " + name, value));
    entry.metadata().toMap().forEach((name, value) -> all.put("metadata " + name, value));
    for (Map.Entry<String, @Nullable Object> value : entry.allExtracted().entrySet()) {
      all.put("extracted " + value.getKey(), String.valueOf(Entry.textOf(value.getValue())));
    }
    return all;
  }
}
