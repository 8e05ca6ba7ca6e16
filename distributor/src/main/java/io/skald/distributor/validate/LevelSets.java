package io.skald.distributor.validate;

import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import io.skald.distributor.level.LevelDetector;
import java.util.Optional;

/**
 * The metadata sets that hold a detected level and nothing else: what most entries have. Confined
 * to one thread.
 */
final class LevelSets {
  static final String DETECTED_LEVEL = "detected_level";
  private static final String SEVERITY_NUMBER = "severity_number";

  /** The detector answers with a few shared strings, so a short search by identity finds them. */
  private static final int REMEMBERED = 12;

  private final MetadataTable table;
  private final String[] levels = new String[REMEMBERED];
  private final int[] ids = new int[REMEMBERED];
  private int count;

  LevelSets(MetadataTable table) {
    this.table = table;
  }

  /** Returns the id of the set that holds only this level. */
  @SuppressWarnings("ReferenceEquality") // an equal string that is not found is interned again
  int id(String level) {
    for (int i = 0; i < count; i++) {
      if (levels[i] == level) {
        return ids[i];
      }
    }
    int id = table.intern(Labels.of(DETECTED_LEVEL, level));
    if (count < REMEMBERED) {
      levels[count] = level;
      ids[count] = id;
      count++;
    }
    return id;
  }

  /**
   * Returns the level that metadata or labels tell, best first: a level that was detected before,
   * the labels, the metadata, the severity number of OpenTelemetry; "" if there is none.
   */
  String level(Labels set, String levelOfLabels, LevelDetector detector) {
    String given = set.getOrEmpty(DETECTED_LEVEL);
    if (!given.isEmpty()) {
      return LevelDetector.normalize(given);
    }
    if (!levelOfLabels.isEmpty()) {
      return levelOfLabels;
    }
    return detector.inLabels(set).or(() -> severity(set.getOrEmpty(SEVERITY_NUMBER))).orElse("");
  }

  private static Optional<String> severity(String number) {
    return number.isEmpty()
        ? Optional.empty()
        : Optional.of(LevelDetector.ofSeverityNumber(number));
  }
}
