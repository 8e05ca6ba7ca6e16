package io.skald.storage.wal;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes records with one readable line each, and collects what a replay hands over. */
final class WalFixture {
  static final TenantId TENANT = new TenantId("t1");
  static final Labels LABELS = Labels.of("app", "pump", "env", "dev");
  static final WalConfig CONFIG =
      new WalConfig(1 << 20, 1 << 20, 1 << 20, Duration.ZERO, Duration.ofSeconds(1));

  private WalFixture() {}

  static RecordBuffer record(String line) {
    return record(line, null);
  }

  static RecordBuffer record(String line, @Nullable BatchKey key) {
    byte[] area = line.getBytes(StandardCharsets.UTF_8);
    EntryBatch.Builder builder = new EntryBatch.Builder(area, new MetadataTable());
    builder.add(1000, 0, area.length, 0);
    RecordBuffer buffer = new RecordBuffer(64);
    new PushRecord(buffer, TENANT, key)
        .add(Fingerprint.of(LABELS), PushRecord.encodeLabels(LABELS), builder.build());
    return buffer;
  }

  static WriteAheadLog startedLog(WalDisk disk) throws IOException {
    return startedLog(disk, CONFIG);
  }

  static WriteAheadLog startedLog(WalDisk disk, WalConfig config) throws IOException {
    WriteAheadLog log = WriteAheadLog.open(disk, config, new DrivenClock(0));
    log.start();
    return log;
  }

  /** Appends the lines one after the other and returns their positions. */
  static List<Long> append(WriteAheadLog log, String... lines) {
    List<Long> positions = new ArrayList<>();
    for (String line : lines) {
      log.append(record(line), positions::add);
    }
    return positions;
  }

  /** Returns whether {@code part} is {@code all} with nothing added, changed or moved. */
  static boolean isSubsequence(List<String> part, List<String> all) {
    int found = 0;
    for (String line : all) {
      if (found < part.size() && part.get(found).equals(line)) {
        found++;
      }
    }
    return found == part.size();
  }

  static String line(EntryBatch entries, int index) {
    return new String(
        entries.area(), entries.start(index), entries.length(index), StandardCharsets.UTF_8);
  }

  static Replayed replay(WalDisk disk) throws IOException {
    Replayed replayed = new Replayed();
    WriteAheadLog log = WriteAheadLog.open(disk, CONFIG, new DrivenClock(0));
    replayed.report = log.replay(replayed, 2, 1 << 16);
    return replayed;
  }

  static final class Replayed implements ReplayTarget {
    final List<String> lines = new ArrayList<>();
    final List<Long> positions = new ArrayList<>();
    final List<@Nullable BatchKey> keys = new ArrayList<>();
    final List<CheckpointChunk> chunks = new ArrayList<>();
    ReplayReport report = new ReplayReport(0, 0, 0, 0, List.of(), 0, 0);

    @Override
    public void checkpoint(CheckpointChunk chunk) {
      chunks.add(chunk);
    }

    @Override
    public void push(
        long position, TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {
      positions.add(position);
      keys.add(key);
      for (StreamBatch batch : batches) {
        for (int i = 0; i < batch.entries().size(); i++) {
          lines.add(line(batch.entries(), i));
        }
      }
    }
  }
}
