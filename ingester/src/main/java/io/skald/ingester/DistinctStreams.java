package io.skald.ingester;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a push name each stream once. A distributor sees to that; where a push names one twice all
 * the same, both batches become one, because a stream takes a log record at once or not at all.
 */
final class DistinctStreams {
  private DistinctStreams() {}

  static List<StreamBatch> of(List<StreamBatch> batches) {
    Set<Fingerprint> seen = HashSet.newHashSet(batches.size());
    for (StreamBatch batch : batches) {
      if (!seen.add(batch.fingerprint())) {
        return merged(batches);
      }
    }
    return batches;
  }

  private static List<StreamBatch> merged(List<StreamBatch> batches) {
    Map<Fingerprint, List<StreamBatch>> byStream = new LinkedHashMap<>();
    for (StreamBatch batch : batches) {
      byStream.computeIfAbsent(batch.fingerprint(), _ -> new ArrayList<>()).add(batch);
    }
    return byStream.values().stream().map(DistinctStreams::merge).toList();
  }

  private static StreamBatch merge(List<StreamBatch> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    long bytes = parts.stream().mapToLong(part -> part.entries().lineBytes()).sum();
    byte[] area = new byte[Math.toIntExact(bytes)];
    EntryBatch.Builder merged = new EntryBatch.Builder(area, new MetadataTable());
    int at = 0;
    for (StreamBatch part : parts) {
      EntryBatch entries = part.entries();
      for (int i = 0; i < entries.size(); i++) {
        int length = entries.length(i);
        System.arraycopy(entries.area(), entries.start(i), area, at, length);
        int id = merged.metadata().intern(entries.metadata().get(entries.metadataId(i)));
        merged.add(entries.timestamp(i), at, length, id);
        at += length;
      }
    }
    StreamBatch first = parts.getFirst();
    return new StreamBatch(first.labels(), first.fingerprint(), merged.build());
  }
}
