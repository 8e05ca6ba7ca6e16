package io.skald.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BatchFileTest {
  private static final List<BatchFile.Seen> BATCHES =
      List.of(
          seen("t1", "a/1", 5, new Fingerprint(1, 2), new Fingerprint(3, 4)),
          seen("t2", "b/x", -1));

  private final SimulatedDisk disk = new SimulatedDisk();
  private final BatchFile file = new BatchFile(disk);

  private static BatchFile.Seen seen(
      String tenant, String key, long nanos, Fingerprint... streams) {
    return new BatchFile.Seen(
        new TenantId(tenant), BatchKey.parse(key), nanos, Arrays.asList(streams));
  }

  @Test
  void read_withoutFile_knowsNothing() throws Exception {
    assertThat(file.read()).isEmpty();
  }

  @Test
  void read_afterWrites_hasTheLastAlsoAfterACrash() throws Exception {
    file.write(List.of());
    file.write(BATCHES);

    assertThat(file.read()).isEqualTo(BATCHES);
    assertThat(new BatchFile(disk.crash(new Random(1))).read()).isEqualTo(BATCHES);
  }

  @Test
  void read_anyFlippedBit_knowsNothingOrRefuses() throws Exception {
    byte[] whole = BatchFile.encode(BATCHES);
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      disk.put(BatchFile.NAME, damaged);
      if (bit / 8 >= 8 && bit / 8 < 12) {
        assertThatThrownBy(file::read).isInstanceOf(StorageException.class);
      } else {
        assertThat(file.read()).as("bit %s", bit).isEmpty();
      }
    }
  }

  @Test
  void read_anyTruncation_knowsNothing() throws Exception {
    byte[] whole = BatchFile.encode(BATCHES);
    for (int length = 0; length < whole.length; length++) {
      disk.put(BatchFile.NAME, Arrays.copyOf(whole, length));
      assertThat(file.read()).as("length %s", length).isEmpty();
    }
  }

  @Test
  void log_openedBesideIt_leavesItAlone() throws Exception {
    file.write(BATCHES);

    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "line");
      log.close();
      log.forgetAll();
    }

    assertThat(file.read()).isEqualTo(BATCHES);
  }
}
