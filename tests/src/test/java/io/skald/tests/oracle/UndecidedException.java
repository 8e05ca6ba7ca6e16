package io.skald.tests.oracle;

/**
 * The reference leaves the answer open (equal values at the cut of topk, an error that the engine
 * need not notice), so nothing can be compared.
 */
final class UndecidedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UndecidedException(String why) {
    super(why);
  }
}
