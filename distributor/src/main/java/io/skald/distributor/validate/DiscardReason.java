package io.skald.distributor.validate;

import java.util.Locale;

/** Why entries were not stored: a label of the discarded counters. */
public enum DiscardReason {
  INVALID_LABELS,
  MISSING_LABELS,
  MAX_LABEL_NAMES_PER_SERIES,
  LABEL_NAME_TOO_LONG,
  LABEL_VALUE_TOO_LONG,
  DUPLICATE_LABEL_NAMES,
  GREATER_THAN_MAX_SAMPLE_AGE,
  TOO_FAR_IN_FUTURE,
  LINE_TOO_LONG,
  DISALLOWED_STRUCTURED_METADATA,
  STRUCTURED_METADATA_TOO_LARGE,
  STRUCTURED_METADATA_TOO_MANY,
  MISSING_ENFORCED_LABELS,
  BLOCKED_INGESTION,
  RATE_LIMITED,
  PER_STREAM_RATE_LIMIT,
  TOO_FAR_BEHIND,
  OUT_OF_ORDER,
  STREAM_LIMIT,
  RECORD_TOO_LARGE;

  /** Returns the value of the label. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
