package io.skald.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Fingerprint;
import io.skald.common.push.BatchKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The golden files of every format version stay readable; those of the last are what is written.
 */
final class GoldenSegmentTest {
  @Test
  void segmentVersion1_isReadAsEver() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    disk.put("00000001.wal", golden("segment-v1.hex"));

    WalFixture.Replayed replayed = WalFixture.replay(disk);

    assertThat(replayed.lines).containsExactly("first", "zweite Zeile äöü", "");
    assertThat(replayed.report.damageCount()).isZero();
  }

  @Test
  void segmentVersion2_isWrittenAndReadAsEver() throws Exception {
    byte[] golden = golden("segment-v2.hex");
    SimulatedDisk disk = new SimulatedDisk();
    disk.put("00000001.wal", golden);

    WalFixture.Replayed replayed = WalFixture.replay(disk);

    BatchKey key = new BatchKey("a1b2", "7-00ff");
    assertThat(replayed.lines).containsExactly("first", "zweite Zeile äöü", "");
    assertThat(replayed.keys).containsExactly(null, key, null);
    SimulatedDisk written = new SimulatedDisk();
    try (WriteAheadLog log = WalFixture.startedLog(written)) {
      log.append(WalFixture.record("first"), _ -> {});
      log.append(WalFixture.record("zweite Zeile äöü", key), _ -> {});
      log.append(WalFixture.record(""), _ -> {});
    }
    assertThat(written.bytes("00000001.wal")).isEqualTo(golden);
  }

  @Test
  void batchesVersion1_areWrittenAndReadAsEver() throws Exception {
    byte[] golden = golden("batches-v1.hex");
    List<BatchFile.Seen> batches =
        List.of(
            new BatchFile.Seen(
                WalFixture.TENANT,
                new BatchKey("a1b2", "7-00ff"),
                1_795_200_000_000_000_000L,
                List.of(new Fingerprint(1, 2), new Fingerprint(-1, 3))));

    assertThat(BatchFile.decode(golden)).isEqualTo(batches);
    assertThat(BatchFile.encode(batches)).isEqualTo(golden);
  }

  @Test
  void checkpointVersion1_isReadAsEver() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    disk.put("checkpoint.00000002", golden("checkpoint-v1.hex"));

    WalFixture.Replayed replayed = WalFixture.replay(disk);

    assertThat(replayed.chunks).hasSize(1);
    assertThat(replayed.report.damageCount()).isZero();
  }

  @Test
  void checkpointVersion2_isWrittenAndReadAsEver() throws Exception {
    byte[] golden = golden("checkpoint-v2.hex");

    SimulatedDisk disk = new SimulatedDisk();
    disk.put("checkpoint.00000002", golden);

    WalFixture.Replayed replayed = WalFixture.replay(disk);
    assertThat(replayed.chunks).hasSize(1);
    assertThat(replayed.report.damageCount()).isZero();
    assertThat(CheckpointTest.checkpointOf(replayed.chunks.getFirst())).isEqualTo(golden);
    assertThat(CheckpointTest.checkpointOf(CheckpointTest.chunk(1))).isEqualTo(golden);
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = GoldenSegmentTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      String hex = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
  }
}
