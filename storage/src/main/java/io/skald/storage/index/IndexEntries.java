package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.storage.chunk.ChunkRef;
import java.util.function.BiConsumer;

/** The keys and values that make a stream and its chunks known in one day of a tenant. */
final class IndexEntries {
  private static final byte[] NOTHING = new byte[0];

  private IndexEntries() {}

  /** Hands over the labels of a stream and its postings. */
  static void addSeries(
      byte[] dayPrefix, Labels labels, Fingerprint fingerprint, BiConsumer<byte[], byte[]> sink) {
    sink.accept(IndexKeys.series(dayPrefix, fingerprint), IndexValues.series(labels));
    byte[] postings = IndexKeys.kind(dayPrefix, IndexKeys.POSTING);
    for (int i = 0; i < labels.size(); i++) {
      byte[] posting = IndexKeys.value(IndexKeys.name(postings, labels.name(i)), labels.value(i));
      sink.accept(IndexKeys.withFingerprint(posting, fingerprint), NOTHING);
    }
  }

  static void addChunk(
      byte[] dayPrefix,
      Fingerprint fingerprint,
      ChunkRef chunk,
      BiConsumer<byte[], byte[]> sink) {
    byte[] stream =
        IndexKeys.withFingerprint(IndexKeys.kind(dayPrefix, IndexKeys.CHUNK), fingerprint);
    sink.accept(
        IndexKeys.chunk(stream, chunk.maxTimestamp(), chunk.minTimestamp(), chunk.chunkId()),
        IndexValues.chunk(chunk));
  }
}
