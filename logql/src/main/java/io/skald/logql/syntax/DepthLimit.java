package io.skald.logql.syntax;

import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Bounds how deep a query goes, so that neither the parser nor a later walk over the tree runs out
 * of stack. A chain of operators is as deep as it is long.
 *
 * <p>There are two bounds, because canonical text takes up to two levels of the parser for a level of
 * the tree: its parentheses and its right operands. So any tree that was accepted can be printed and
 * parsed again.
 */
final class DepthLimit {
  private static final int MAX_TREE_DEPTH = 250;
  private static final int MAX_TEXT_DEPTH = 2 * MAX_TREE_DEPTH + 10;

  private final TokenStream tokens;

  /** Nodes that are not in here have no children that count. */
  private final Map<Object, Integer> depths = new IdentityHashMap<>();

  private int textDepth;

  DepthLimit(TokenStream tokens) {
    this.tokens = tokens;
  }

  /**
   * Goes one level deeper in the text; {@link #leave} ends it.
   *
   * @throws ParseException past the limit
   */
  void enter() {
    if (++textDepth > MAX_TEXT_DEPTH) {
      throw tokens.tooDeep(MAX_TEXT_DEPTH);
    }
  }

  void leave() {
    textDepth--;
  }

  /**
   * Returns {@code node}.
   *
   * @throws ParseException if the tree below it is too deep
   */
  <T> T parent(T node, Object... children) {
    int depth = 0;
    for (Object child : children) {
      depth = Math.max(depth, depths.getOrDefault(child, 0));
    }
    if (++depth > MAX_TREE_DEPTH) {
      throw tokens.tooDeep(MAX_TREE_DEPTH);
    }
    depths.put(node, depth);
    return node;
  }
}
