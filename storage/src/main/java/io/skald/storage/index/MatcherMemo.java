package io.skald.storage.index;

import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Matchers with what they said of each value: many streams share few values. */
final class MatcherMemo {
  private final List<LabelMatcher> matchers;
  private final List<Map<String, Boolean>> verdicts = new ArrayList<>();

  MatcherMemo(List<LabelMatcher> matchers) {
    this.matchers = matchers;
    matchers.forEach(_ -> verdicts.add(new HashMap<>()));
  }

  boolean matches(Labels labels) {
    for (int i = 0; i < matchers.size(); i++) {
      LabelMatcher matcher = matchers.get(i);
      String value = labels.getOrEmpty(matcher.name());
      @Nullable Boolean known = verdicts.get(i).get(value);
      if (known == null) {
        known = matcher.matches(value);
        verdicts.get(i).put(value, known);
      }
      if (!known) {
        return false;
      }
    }
    return true;
  }
}
