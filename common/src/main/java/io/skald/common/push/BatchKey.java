package io.skald.common.push;

import java.util.regex.Pattern;

/**
 * Names one push for all times it is sent, so that a repetition is recognised. Two pushes of a
 * tenant with equal keys must hold the same entries.
 *
 * @param sender who sends; a window of the last batches is kept for each
 * @param batch which one; never given to other entries, also after the sender lost its memory
 */
public record BatchKey(String sender, String batch) {
  /** The header of a push that carries a key, in the form {@code sender/batch}. */
  public static final String HEADER = "X-Skald-Batch";

  /** Keys are kept by the thousand, and in every record of the log. */
  private static final int MAX_LENGTH = 128;

  private static final Pattern PART = Pattern.compile("[A-Za-z0-9._-]{1," + MAX_LENGTH + "}");

  public BatchKey {
    if (!PART.matcher(sender).matches() || !PART.matcher(batch).matches()) {
      throw new IllegalArgumentException(
          "both parts of a batch key must be 1 to "
              + MAX_LENGTH
              + " letters, digits, '.', '_' or '-': "
              + sender
              + "/"
              + batch);
    }
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException if the text is no key; the message says what is wrong
   */
  public static BatchKey parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("a batch key has the form sender/batch: " + text);
    }
    return new BatchKey(text.substring(0, slash), text.substring(slash + 1));
  }

  /** Returns the key of what a server has to say about this push. */
  public BatchKey refusals() {
    String suffix = ".refused";
    return new BatchKey(
        sender,
        batch.substring(0, Math.min(batch.length(), MAX_LENGTH - suffix.length())) + suffix);
  }

  @Override
  public String toString() {
    return sender + "/" + batch;
  }
}
