package io.skald.logql.engine;

/**
 * The k best values of one step and who has them: a heap with the worst at its root. Of equal
 * values the one offered first wins; NaN is the worst.
 */
final class BestMembers {
  private final boolean least;
  private final int[] members;
  private final double[] values;
  private int size;

  /**
   * @param wanted how many to keep, at least 1
   * @param least whether small values are the good ones
   */
  BestMembers(int wanted, boolean least) {
    this.least = least;
    this.members = new int[wanted];
    this.values = new double[wanted];
  }

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  /** Returns the member at {@code index}, in no particular order. */
  int member(int index) {
    return members[index];
  }

  double value(int index) {
    return values[index];
  }

  /**
   * @param member greater than in earlier calls since {@link #clear}
   */
  void offer(int member, double value) {
    if (size < values.length) {
      place(size, member, value);
      siftUp(size++);
    } else if (better(value, values[0])) {
      place(0, member, value);
      siftDown();
    }
  }

  private void place(int at, int member, double value) {
    members[at] = member;
    values[at] = value;
  }

  private void siftUp(int start) {
    int at = start;
    while (at > 0 && worse(at, (at - 1) / 2)) {
      swap(at, (at - 1) / 2);
      at = (at - 1) / 2;
    }
  }

  private void siftDown() {
    int at = 0;
    while (true) {
      int worst = at;
      for (int child = 2 * at + 1; child <= 2 * at + 2 && child < size; child++) {
        if (worse(child, worst)) {
          worst = child;
        }
      }
      if (worst == at) {
        return;
      }
      swap(at, worst);
      at = worst;
    }
  }

  private void swap(int a, int b) {
    int member = members[a];
    double value = values[a];
    place(a, members[b], values[b]);
    place(b, member, value);
  }

  private boolean worse(int a, int b) {
    if (better(values[b], values[a])) {
      return true;
    }
    return !better(values[a], values[b]) && members[a] > members[b];
  }

  private boolean better(double candidate, double held) {
    if (Double.isNaN(held)) {
      return !Double.isNaN(candidate);
    }
    return least ? candidate < held : candidate > held;
  }
}
