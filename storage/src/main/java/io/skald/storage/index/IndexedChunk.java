package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.storage.chunk.ChunkRef;

/** A chunk that has been written to the object store and is to be found from now on. */
public record IndexedChunk(Labels labels, Fingerprint fingerprint, ChunkRef chunk) {}
