package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.LabelFilter;
import io.skald.logql.syntax.LogRange;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which labels the steps behind a pipeline look at: all of them, or a known set. With a known set,
 * parsers extract nothing else and stop once they have it; what is wrong with the rest of a line is
 * then never noticed. Immutable.
 */
public final class LabelNeeds {
  /** Every label is needed. */
  public static final LabelNeeds ALL = new LabelNeeds(null);

  private final @Nullable Set<String> names;

  private LabelNeeds(@Nullable Set<String> names) {
    this.names = names;
  }

  /** Returns the need for these labels; none at all if {@code names} is empty. */
  public static LabelNeeds of(Collection<String> names) {
    return new LabelNeeds(Set.copyOf(names));
  }

  /** Returns these needs and {@code more}. */
  public LabelNeeds and(Collection<String> more) {
    if (names == null) {
      return ALL;
    }
    Set<String> union = new HashSet<>(names);
    union.addAll(more);
    return of(union);
  }

  /** Returns these needs and the labels that {@code unwrap} and the filters behind it read. */
  public LabelNeeds and(LogRange.Unwrap unwrap) {
    Set<String> more = new HashSet<>(Set.of(unwrap.label()));
    unwrap.filters().forEach(filter -> more.addAll(readBy(filter)));
    return and(more);
  }

  static Set<String> readBy(LabelFilter filter) {
    return switch (filter) {
      case LabelFilter.Text(var matcher) -> Set.of(matcher.name());
      case LabelFilter.Number(String name, _, _, _) -> Set.of(name);
      case LabelFilter.Duration(String name, _, _, _) -> Set.of(name);
      case LabelFilter.Bytes(String name, _, _, _) -> Set.of(name);
      case LabelFilter.Ip(String name, _, _) -> Set.of(name);
      case LabelFilter.And(LabelFilter left, LabelFilter right) -> readBy(List.of(left, right));
      case LabelFilter.Or(LabelFilter left, LabelFilter right) -> readBy(List.of(left, right));
    };
  }

  private static Set<String> readBy(List<LabelFilter> filters) {
    Set<String> names = new HashSet<>();
    filters.forEach(filter -> names.addAll(readBy(filter)));
    return names;
  }

  /** Returns the wanted labels; empty if all are. */
  Optional<Set<String>> names() {
    return Optional.ofNullable(names);
  }

  boolean wantsAll() {
    return names == null;
  }

  boolean wantsNothing() {
    return names != null && names.isEmpty();
  }

  boolean wants(String name) {
    return names == null || names.contains(name);
  }

  /** Returns whether a label is wanted that begins with {@code prefix}. */
  boolean wantsUnder(String prefix) {
    return names == null || names.stream().anyMatch(name -> name.startsWith(prefix));
  }

  /**
   * Returns the labels of a stream that can make a difference to what is extracted or found: those
   * that are wanted, and those that are in the way of a wanted one.
   */
  Labels relevant(Labels stream) {
    if (names == null) {
      return stream;
    }
    Labels.Builder relevant = Labels.builder();
    for (int i = 0; i < stream.size(); i++) {
      String name = stream.name(i);
      if (names.contains(name) || names.contains(LabelName.clashing(name))) {
        relevant.set(name, stream.value(i));
      }
    }
    return relevant.build();
  }

  /** Returns the number of wanted labels; {@link Integer#MAX_VALUE} if all are wanted. */
  int size() {
    return names == null ? Integer.MAX_VALUE : names.size();
  }

  /** Returns whether the query looks at errors itself, so that they do not fail it. */
  boolean wantsErrors() {
    return names != null && names.contains(LabelState.ERROR);
  }
}
