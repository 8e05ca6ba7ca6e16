package io.skald.common.push;

import io.skald.common.model.Labels;
import java.util.List;

/**
 * What an agent tells of its files beside a batch: which part of each file the batch stands for,
 * and what it had to give up. Stored as entries of two streams of the tenant, one JSON object a
 * line, so that gaps can be found later ({@code docs/formats/delivery-notes.md}).
 *
 * <pre>
 *  PushRequest  1001 Note
 *  Note         1 time in nanoseconds since the epoch   2 ranges line?   3 loss line*
 * </pre>
 *
 * @param nanos the time of the entries; the same whenever the batch is sent
 * @param ranges at most one line
 * @param losses a line each
 */
public record DeliveryNote(long nanos, List<byte[]> ranges, List<byte[]> losses) {
  /** The label that only streams of notes have; its value is what they tell of. */
  public static final String LABEL = "__skald_notes__";

  /** The field of a push request. Other servers step over it. */
  public static final int FIELD = 1001;

  private static final String RANGES = "ranges";
  private static final String LOSSES = "losses";
  private static final String AGENT = "agent";

  /** More than an agent ever tells at once. */
  static final int MAX_LINES = 4096;

  static final int MAX_BYTES = 4 << 20;

  public DeliveryNote {
    ranges = List.copyOf(ranges);
    losses = List.copyOf(losses);
  }

  /** Returns how many bytes its lines have. */
  public long bytes() {
    return ranges.stream().mapToLong(line -> line.length).sum()
        + losses.stream().mapToLong(line -> line.length).sum();
  }

  /** Returns the stream of an agent's ranges. */
  public static Labels rangesOf(String agent) {
    return Labels.of(LABEL, RANGES, AGENT, agent);
  }

  /** Returns the stream of an agent's losses, and of what servers refused of its lines. */
  public static Labels lossesOf(String agent) {
    return Labels.of(LABEL, LOSSES, AGENT, agent);
  }

  /** Tells whether a stream holds notes, and no lines of a user. */
  public static boolean isNotes(Labels stream) {
    return stream.get(LABEL) != null;
  }
}
