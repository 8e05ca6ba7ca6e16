package io.skald.agent.json;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of a JMESPath expression. */
sealed interface JmesNode {
  record Current() implements JmesNode {}

  record Field(String name) implements JmesNode {}

  /** Applies the second to what the first finds. */
  record Chain(JmesNode first, JmesNode then) implements JmesNode {}

  /** What follows a dot: nothing is found in null. */
  record Dot(JmesNode then) implements JmesNode {}

  record Index(JmesNode of, int index) implements JmesNode {}

  record Slice(@Nullable Integer from, @Nullable Integer to, int step) implements JmesNode {}

  record Flatten(JmesNode of) implements JmesNode {}

  /** The values of an object. */
  record Values() implements JmesNode {}

  record Filter(JmesNode condition) implements JmesNode {}

  /** Applies {@code each} to the elements of a list; nulls are left out. */
  record Projection(JmesNode of, JmesNode each) implements JmesNode {}

  record Literal(@Nullable Object value) implements JmesNode {}

  record Or(JmesNode left, JmesNode right) implements JmesNode {}

  record And(JmesNode left, JmesNode right) implements JmesNode {}

  record Not(JmesNode inner) implements JmesNode {}

  record Comparison(String operator, JmesNode left, JmesNode right) implements JmesNode {}

  record MultiList(List<JmesNode> items) implements JmesNode {
    public MultiList {
      items = List.copyOf(items);
    }
  }

  record MultiHash(Map<String, JmesNode> items) implements JmesNode {
    public MultiHash {
      items = new LinkedHashMap<>(items);
    }
  }

  record Call(String function, List<JmesNode> arguments) implements JmesNode {
    public Call {
      arguments = List.copyOf(arguments);
    }
  }
}
