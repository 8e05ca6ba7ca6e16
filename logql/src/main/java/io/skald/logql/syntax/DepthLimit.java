package io.skald.logql.syntax;

import java.util.IdentityHashMap;

/**
 * Bounds how deep a query goes, so that neither the parser nor a later walk over the tree runs out
 * of stack. A chain of operators is as deep as it is long. Parentheses alone cost nothing.
 *
 * <p>Canonical text has the calls of the tree and no others, so a tree that was accepted can be
 * printed and parsed again.
 */
final class DepthLimit {
  private static final int MAX_TREE_DEPTH = 250;

  /** The parser itself descends for calls only, by some frames for each. */
  private static final int MAX_CALL_DEPTH = 100;

  private final TokenStream tokens;

  /** Nodes that are not in here have no children that count. */
  private final IdentityHashMap<Object, Integer> depths = new IdentityHashMap<>();

  private int callDepth;

  DepthLimit(TokenStream tokens) {
    this.tokens = tokens;
  }

  /**
   * Enters the parentheses of a call or of a range; {@link #leave} ends it.
   *
   * @throws ParseException past the limit
   */
  void enter() {
    if (++callDepth > MAX_CALL_DEPTH) {
      throw tokens.tooDeep(MAX_CALL_DEPTH);
    }
  }

  void leave() {
    callDepth--;
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
