package io.skald.querier.rule.store;

/** There are as many rules as there may be. The message names the limit. */
public final class RuleLimitException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public RuleLimitException(String message) {
    super(message);
  }
}
