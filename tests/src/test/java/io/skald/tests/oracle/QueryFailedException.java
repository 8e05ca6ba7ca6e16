package io.skald.tests.oracle;

/** The query has no answer but an error; which one is compared by other tests. */
final class QueryFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  QueryFailedException(String why) {
    super(why);
  }
}
