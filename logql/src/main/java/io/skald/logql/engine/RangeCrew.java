package io.skald.logql.engine;

import io.skald.common.block.SlicedSource;
import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a range aggregation. Its entries may be given to them part by part: they keep the
 * states of series, and what they remember of lines that are alike. Confined to the thread of the
 * query.
 */
final class RangeCrew {
  private final RangePlan plan;
  private final EntryStages stages;
  private final Windows windows;
  private final SeriesLimit limit;
  private final QueryContext context;

  /** Taken by the threads of a scan. */
  private final Queue<RangeWorker> idle = new ConcurrentLinkedQueue<>();

  private int scannedUnits;

  /** Of the last scan. */
  private @Nullable ScanProfile profile;

  /**
   * @param stages of the plan
   */
  RangeCrew(
      RangePlan plan,
      EntryStages stages,
      Windows windows,
      SeriesLimit limit,
      QueryContext context) {
    this.plan = plan;
    this.stages = stages;
    this.windows = windows;
    this.limit = limit;
    this.context = context;
  }

  /**
   * Reads the entries of a source, one range of time after the other if they do not fit into memory
   * at a time.
   *
   * @param part of the query: as the context of this, but for the source
   */
  void scan(QueryContext part) {
    ScanProfile scan = ScanProfile.of(part, plan.node());
    scan(part, windows.from(), windows.through(), scan.begin(stages), scan);
    profile = scan;
  }

  /** Reads those of a range of time, both ends inclusive. */
  private void scan(
      QueryContext part, long from, long through, EntryStages counted, ScanProfile scan) {
    boolean whole = from == windows.from() && through == windows.through();
    QueryContext range = whole ? part : part.over(new SlicedSource(part.source(), from, through));
    List<ScanUnit> units;
    try {
      units = ScanUnit.select(range, plan.range().log().selector(), from, through);
    } catch (EntriesTooLargeException e) {
      long cut = e.cut(from, through);
      scan(part, from, cut, counted, scan);
      scan(part, cut + 1, through, counted, scan);
      return;
    }
    scan.selected(units);
    int first = scannedUnits;
    scannedUnits += units.size();
    List<RangeWorker> used =
        part.crew()
            .run(
                units.size(),
                () -> worker(counted),
                (worker, unit) -> worker.scan(first + unit, units.get(unit)));
    idle.addAll(used);
    context.budget().release(ScanUnit.heldBytes(units));
    scan.scanned();
  }

  private RangeWorker worker(EntryStages counted) {
    RangeWorker known = idle.poll();
    return known == null ? new RangeWorker(plan, counted, windows, limit, context) : known;
  }

  /** Returns the states of all series; the workers are over then. */
  Map<Labels, SeriesState> states() {
    List<Map<Labels, SeriesState>> states = new ArrayList<>();
    idle.forEach(worker -> states.add(worker.states()));
    Map<Labels, SeriesState> merged = merge(states);
    if (profile != null) {
      profile.merged();
    }
    limit.check(merged.size());
    return merged;
  }

  /** Adds states of all to those of one, which is returned. */
  static Map<Labels, SeriesState> merge(List<Map<Labels, SeriesState>> all) {
    Map<Labels, SeriesState> merged =
        all.stream().max(Comparator.comparingInt(Map::size)).orElseGet(HashMap::new);
    for (Map<Labels, SeriesState> states : all) {
      if (states != merged) {
        states.forEach((labels, state) -> {
          SeriesState known = merged.putIfAbsent(labels, state);
          if (known != null) {
            known.merge(state);
          }
        });
      }
    }
    return merged;
  }
}
