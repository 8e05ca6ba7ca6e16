package io.skald.common.ingest;

import io.skald.common.block.EntryBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;

/** Validated entries of one stream on their way to an ingester. */
public record StreamBatch(Labels labels, Fingerprint fingerprint, EntryBatch entries) {}
