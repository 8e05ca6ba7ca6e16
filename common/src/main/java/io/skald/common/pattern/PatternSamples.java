package io.skald.common.pattern;

/**
 * How often lines of one pattern and level occurred, by time.
 *
 * @param pattern text for the filter {@code |>}: literals, and {@code <_>} for what varies
 * @param level the lines' detected level
 * @param seconds starts of time buckets, seconds since the Unix epoch, ascending, each once
 * @param counts parallel to {@code seconds}, all positive
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PatternSamples(String pattern, String level, long[] seconds, long[] counts) {
  public PatternSamples {
    if (seconds.length != counts.length) {
      throw new IllegalArgumentException(
          seconds.length + " buckets but " + counts.length + " counts");
    }
  }

  /** Returns the sum of the counts. */
  public long total() {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
