package io.skald.logql.template;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variables of one open definition, innermost last. The first is {@code $}, its argument. */
final class Variables {
  private final List<String> names = new ArrayList<>(4);
  private final List<@Nullable Object> values = new ArrayList<>(4);

  Variables(@Nullable Object argument) {
    push("$", argument);
  }

  void push(String name, @Nullable Object value) {
    names.add(name);
    values.add(value);
  }

  /** Returns how many there are, for {@link #truncate}. */
  int mark() {
    return names.size();
  }

  void truncate(int mark) {
    if (names.size() > mark) {
      names.subList(mark, names.size()).clear();
      values.subList(mark, values.size()).clear();
    }
  }

  /**
   * Returns whether there is a variable of that name. The parser lets an assignment to one that was
   * never declared pass, as Go's does, and what comes after it.
   */
  boolean has(String name) {
    return names.contains(name);
  }

  /** Returns the innermost variable of that name. */
  @Nullable Object get(String name) {
    return values.get(names.lastIndexOf(name));
  }

  void set(String name, @Nullable Object value) {
    values.set(names.lastIndexOf(name), value);
  }

  /**
   * Sets the one or two variables of a range for one turn. They are the last ones if the range
   * declares them.
   */
  void setIteration(
      List<String> declarations, boolean isAssignment, Object index, @Nullable Object element) {
    boolean hasIndex = declarations.size() > 1;
    if (isAssignment) {
      set(declarations.getFirst(), hasIndex ? index : element);
      if (hasIndex) {
        set(declarations.getLast(), element);
      }
      return;
    }
    int last = values.size() - 1;
    values.set(last, element);
    if (hasIndex) {
      values.set(last - 1, index);
    }
  }
}
