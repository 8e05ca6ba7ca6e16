package io.skald.ingester;

import io.skald.common.model.LabelMatcher;
import io.skald.common.model.LabelMatcher.Operator;
import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The streams of one tenant by label name and value, so that a selector looks at those that can
 * match instead of all. Thread-safe; a stream that is being added or removed may be found or not.
 */
final class LabelPostings {
  private final Map<String, Map<String, Set<LiveStream>>> names = new ConcurrentHashMap<>();

  void add(LiveStream stream) {
    Labels labels = stream.labels();
    for (int i = 0; i < labels.size(); i++) {
      names
          .computeIfAbsent(labels.name(i), _ -> new ConcurrentHashMap<>())
          .compute(
              labels.value(i),
              (_, streams) -> {
                Set<LiveStream> all = streams == null ? ConcurrentHashMap.newKeySet() : streams;
                all.add(stream);
                return all;
              });
    }
  }

  /** Takes a stream out. Names stay, values without streams go. */
  void remove(LiveStream stream) {
    Labels labels = stream.labels();
    for (int i = 0; i < labels.size(); i++) {
      names
          .getOrDefault(labels.name(i), Map.of())
          .computeIfPresent(
              labels.value(i),
              (_, streams) -> {
                streams.remove(stream);
                return streams.isEmpty() ? null : streams;
              });
    }
  }

  /**
   * Returns the streams that match all matchers.
   *
   * @param all every stream, for selectors that a stream without any of their labels passes
   */
  List<LiveStream> matching(List<LabelMatcher> matchers, Collection<LiveStream> all) {
    List<LiveStream> result = new ArrayList<>();
    for (LiveStream stream : candidates(matchers, all)) {
      if (matchesAll(matchers, stream.labels())) {
        result.add(stream);
      }
    }
    return result;
  }

  private static boolean matchesAll(List<LabelMatcher> matchers, Labels labels) {
    for (LabelMatcher matcher : matchers) {
      if (!matcher.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  /** The smallest set of an equality matcher; else what one other matcher requires; else all. */
  private Collection<LiveStream> candidates(
      List<LabelMatcher> matchers, Collection<LiveStream> all) {
    Collection<LiveStream> best = null;
    LabelMatcher other = null;
    for (LabelMatcher matcher : matchers) {
      if (matcher.matchesEmpty()) {
        continue;
      }
      if (matcher.operator() == Operator.EQUAL) {
        Collection<LiveStream> streams = withValue(matcher);
        best = best == null || streams.size() < best.size() ? streams : best;
      } else if (other == null) {
        other = matcher;
      }
    }
    if (best != null) {
      return best;
    }
    return other == null ? all : withMatchingValues(other);
  }

  private Collection<LiveStream> withValue(LabelMatcher matcher) {
    return names.getOrDefault(matcher.name(), Map.of()).getOrDefault(matcher.value(), Set.of());
  }

  private Collection<LiveStream> withMatchingValues(LabelMatcher matcher) {
    Set<LiveStream> found = new HashSet<>();
    names
        .getOrDefault(matcher.name(), Map.of())
        .forEach((value, streams) -> {
          if (matcher.matches(value)) {
            found.addAll(streams);
          }
        });
    return found;
  }
}
