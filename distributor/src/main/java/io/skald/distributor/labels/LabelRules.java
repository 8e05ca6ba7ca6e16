package io.skald.distributor.labels;

import io.skald.common.limits.Limits;
import io.skald.distributor.level.LevelDetector;
import java.util.List;

/**
 * What decides about the labels of a stream. One instance stands for one set of limits; results are
 * cached under its identity.
 */
public final class LabelRules {
  /**
   * Building a label set takes time that grows with the square of its size; a limit of 0 allows no
   * more than this.
   */
  private static final int MOST_NAMES = 4096;

  private final int maxNames;
  private final int maxNameLength;
  private final int maxValueLength;
  private final List<String> discoverServiceName;
  private final List<String> enforced;
  private final LevelDetector levels;

  public LabelRules(Limits limits) {
    maxNames =
        limits.labels().maxLabelNamesPerSeries() == 0
            ? MOST_NAMES
            : Math.min(MOST_NAMES, limits.labels().maxLabelNamesPerSeries());
    maxNameLength = orNone(limits.labels().maxLabelNameLength());
    maxValueLength = orNone(limits.labels().maxLabelValueLength());
    discoverServiceName = limits.labels().discoverServiceName();
    enforced = limits.labels().enforcedLabels();
    levels = new LevelDetector(limits.entries().logLevelFields());
  }

  private static int orNone(int limit) {
    return limit == 0 ? Integer.MAX_VALUE : limit;
  }

  int maxNames() {
    return maxNames;
  }

  /** Returns the longest name, UTF-8 bytes. */
  int maxNameLength() {
    return maxNameLength;
  }

  int maxValueLength() {
    return maxValueLength;
  }

  /** Returns the labels that may give a service name; none: it is not added. */
  List<String> discoverServiceName() {
    return discoverServiceName;
  }

  /** Returns the labels that a stream must have. */
  List<String> enforced() {
    return enforced;
  }

  public LevelDetector levels() {
    return levels;
  }
}
