package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.storage.pack.ChunkRef;

/** A chunk to be made known. */
public record IndexedChunk(Labels labels, Fingerprint fingerprint, ChunkRef ref) {}
