package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.storage.chunk.ChunkRef;
import java.util.ArrayList;
import java.util.List;

/** Reads what the files of one tenant and day list, whole. */
final class IndexContent {
  private IndexContent() {}

  /** Returns all chunk references in the order of their keys: by stream, then by time. */
  static List<ChunkRef> chunks(IndexFileName name, KeyCursor cursor) {
    byte[] chunks = IndexKeys.kind(IndexKeys.day(name.day(), name.tenant()), IndexKeys.CHUNK);
    List<ChunkRef> refs = new ArrayList<>();
    for (cursor.seek(chunks);
        cursor.isValid() && IndexKeys.startsWith(cursor.key(), chunks);
        cursor.next()) {
      refs.add(
          IndexValues.readChunk(cursor.key(), chunks.length + Fingerprint.BYTES, cursor.value()));
    }
    cursor.check();
    return refs;
  }
}
