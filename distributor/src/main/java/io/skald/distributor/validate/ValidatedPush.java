package io.skald.distributor.validate;

import io.skald.common.ingest.StreamBatch;
import java.util.List;

/**
 * What is left of a push.
 *
 * @param batches of at least one entry each; they share one byte area and one metadata table
 * @param lines of all batches
 * @param bytes of lines and structured metadata as they came
 * @param errors what was refused, for the client
 */
public record ValidatedPush(
    List<StreamBatch> batches, long lines, long bytes, ErrorGroups errors, Discards discards) {}
