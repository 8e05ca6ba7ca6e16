package io.skald.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PushRecordTest {
  @Test
  void decode_randomPushes_reversesEncode() {
    long seed = 4711;
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      List<StreamBatch> batches = randomBatches(random);
      PushRecord.Decoded decoded = roundTrip(new TenantId("tenant-" + round), batches);

      assertThat(decoded.tenant().value()).isEqualTo("tenant-" + round);
      assertThat(describe(decoded.batches()))
          .as("seed %s round %s", seed, round)
          .isEqualTo(describe(batches));
    }
  }

  @Test
  void decode_keyedPush_hasTheKey() {
    BatchKey key = new BatchKey("a1b2", "7-00ff");
    List<StreamBatch> batches = randomBatches(new Random(3));
    RecordBuffer buffer = new RecordBuffer(16);
    PushRecord record = new PushRecord(buffer, new TenantId("t"), key);
    for (StreamBatch batch : batches) {
      record.add(batch.fingerprint(), PushRecord.encodeLabels(batch.labels()), batch.entries());
    }
    RecordCursor in = new RecordCursor(payload(buffer));

    assertThat(in.readByte()).isEqualTo(PushRecord.KEYED_KIND);
    PushRecord.Decoded decoded = PushRecord.decode(in, true, new HashMap<>());
    assertThat(decoded.key()).isEqualTo(key);
    assertThat(describe(decoded.batches())).isEqualTo(describe(batches));
  }

  @Test
  void decode_everyTruncation_failsOrDropsWholeStreams() {
    List<StreamBatch> batches = randomBatches(new Random(1));
    byte[] payload = encode(new TenantId("t"), batches);
    List<String> expected = describe(batches);
    for (int length = 0; length < payload.length; length++) {
      RecordCursor in = new RecordCursor(Arrays.copyOf(payload, length));
      List<String> found;
      try {
        in.readByte();
        found = describe(PushRecord.decode(in, false, new HashMap<>()).batches());
      } catch (MalformedRecordException _) {
        continue;
      }
      assertThat(found).as("length %s", length).isEqualTo(expected.subList(0, found.size()));
    }
  }

  @Test
  void decode_hugeCounts_failWithoutAllocating() {
    RecordBuffer buffer = new RecordBuffer(64);
    new PushRecord(buffer, new TenantId("t"), null);
    buffer.reserve(64);
    buffer.putLong(1);
    buffer.putLong(2);
    buffer.putLabels(Labels.EMPTY);
    buffer.putByte(1);
    buffer.putVarint(Integer.MAX_VALUE);
    RecordCursor in = new RecordCursor(payload(buffer));
    in.readByte();
    assertThatThrownBy(() -> PushRecord.decode(in, false, new HashMap<>()))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("exceeds the record");
  }

  @Test
  void decode_setsThatUtf8CannotTellApart_becomeOne() {
    MetadataTable table = new MetadataTable();
    byte[] area = {'a', 'b'};
    EntryBatch.Builder builder = new EntryBatch.Builder(area, table);
    builder.add(1, 0, 1, table.intern(Labels.of("k", "\ud800")));
    builder.add(2, 1, 1, table.intern(Labels.of("k", "?")));
    Labels labels = Labels.of("a", "b");

    EntryBatch entries =
        roundTrip(
                new TenantId("t"),
                List.of(new StreamBatch(labels, Fingerprint.of(labels), builder.build())))
            .batches()
            .getFirst()
            .entries();

    assertThat(entries.metadataId(0)).isEqualTo(entries.metadataId(1)).isEqualTo(1);
  }

  private static List<StreamBatch> randomBatches(Random random) {
    List<StreamBatch> batches = new ArrayList<>();
    byte[] area = new byte[2000];
    random.nextBytes(area);
    MetadataTable shared = new MetadataTable();
    for (int s = random.nextInt(5); s >= 0; s--) {
      MetadataTable table = random.nextBoolean() ? shared : new MetadataTable();
      EntryBatch.Builder builder = new EntryBatch.Builder(area, table);
      for (int i = random.nextInt(40); i >= 0; i--) {
        int length = random.nextInt(5) == 0 ? 0 : random.nextInt(300);
        int set =
            random.nextBoolean()
                ? 0
                : table.intern(Labels.of("level", "l" + random.nextInt(3), "é", "ü"));
        long timestamp =
            switch (random.nextInt(10)) {
              case 0 -> Long.MIN_VALUE;
              case 1 -> Long.MAX_VALUE;
              default -> random.nextLong(1_000_000_000_000L);
            };
        builder.add(timestamp, random.nextInt(area.length - length), length, set);
      }
      Labels labels = Labels.of("app", "a" + random.nextInt(9), "s", "s" + s);
      batches.add(new StreamBatch(labels, Fingerprint.of(labels), builder.build()));
    }
    return batches;
  }

  private static List<String> describe(List<StreamBatch> batches) {
    List<String> result = new ArrayList<>();
    for (StreamBatch batch : batches) {
      StringBuilder out = new StringBuilder(batch.labels() + " " + batch.fingerprint());
      EntryBatch entries = batch.entries();
      for (int i = 0; i < entries.size(); i++) {
        out.append('|')
            .append(entries.timestamp(i))
            .append(entries.metadata().get(entries.metadataId(i)))
            .append(
                new String(
                    entries.area(),
                    entries.start(i),
                    entries.length(i),
                    StandardCharsets.ISO_8859_1));
      }
      result.add(out.toString());
    }
    return result;
  }

  private static PushRecord.Decoded roundTrip(TenantId tenant, List<StreamBatch> batches) {
    RecordCursor in = new RecordCursor(encode(tenant, batches));
    assertThat(in.readByte()).isEqualTo(PushRecord.KIND);
    return PushRecord.decode(in, false, new HashMap<>());
  }

  private static byte[] encode(TenantId tenant, List<StreamBatch> batches) {
    RecordBuffer buffer = new RecordBuffer(16);
    PushRecord record = new PushRecord(buffer, tenant, null);
    for (StreamBatch batch : batches) {
      record.add(batch.fingerprint(), PushRecord.encodeLabels(batch.labels()), batch.entries());
    }
    return payload(buffer);
  }

  private static byte[] payload(RecordBuffer buffer) {
    return Arrays.copyOfRange(
        buffer.withHeader(0, 0), SegmentFormat.RECORD_HEADER_BYTES, buffer.recordBytes());
  }
}
