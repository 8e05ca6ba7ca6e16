package io.skald.agent.json;

/**
 * A whole number with more digits than a double holds exactly. Functions of JMESPath take none.
 *
 * @param text as it was written
 */
public record WholeNumber(String text) {
  @Override
  public String toString() {
    return text;
  }
}
