package io.skald.storage.pack;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.storage.chunk.ChunkRef;

/** An entry of a pack's directory. */
public record PackedChunk(Labels labels, Fingerprint fingerprint, ChunkRef ref) {}
