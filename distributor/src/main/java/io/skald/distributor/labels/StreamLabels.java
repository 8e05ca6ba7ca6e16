package io.skald.distributor.labels;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import java.util.List;

/** What label text stands for. */
public sealed interface StreamLabels {
  /**
   * A stream that may take entries.
   *
   * @param labels normalised: no empty values, {@code service_name} added
   * @param text the labels as messages print them
   * @param level the level that the labels tell, or "" if they tell none
   */
  record Accepted(Labels labels, Fingerprint fingerprint, String text, String level)
      implements StreamLabels {}

  /**
   * A stream that is refused.
   *
   * @param message for the client
   */
  record Refused(Reason reason, String message) implements StreamLabels {}

  /**
   * A stream that is refused because it lacks labels that its tenant must send.
   *
   * @param missing their names
   * @param text the labels as messages print them
   */
  record Lacking(List<String> missing, String text) implements StreamLabels {}

  /** Why labels are refused. */
  enum Reason {
    NO_LABELS,
    TOO_MANY_NAMES,
    NAME_TOO_LONG,
    VALUE_TOO_LONG,
    DUPLICATE_NAME
  }
}
