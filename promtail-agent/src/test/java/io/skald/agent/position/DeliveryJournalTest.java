package io.skald.agent.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeliveryJournalTest {
  @TempDir Path directory;

  @Test
  void open_afterCrash_returnsUndeliveredBatchesWithTheirBytes() throws IOException {
    try (DeliveryJournal journal = DeliveryJournal.open(file())) {
      journal.append(batch(journal.takeId(), 10));
      journal.append(batch(journal.takeId(), 20));
      journal.delivered(1);
      journal.progress(List.of(position(9, 5)));
    }
    try (DeliveryJournal journal = DeliveryJournal.open(file())) {
      assertThat(journal.undelivered()).hasSize(1);
      JournaledBatch left = journal.undelivered().getFirst();
      assertThat(left.id()).isEqualTo(2);
      assertThat(left.tenant()).isEqualTo("tenant");
      assertThat(left.entries()).isEqualTo(3);
      assertThat(left.lineBytes()).isEqualTo(33);
      assertThat(new String(left.body(), StandardCharsets.UTF_8)).isEqualTo("body 20");
      assertThat(journal.delivered()).containsExactly(position(1, 10), position(9, 5));
      assertThat(journal.readPositions().values()).contains(position(1, 20), position(9, 5));
      assertThat(journal.lastTimestampNanos()).isEqualTo(20);
      assertThat(journal.takeId()).isEqualTo(3);
    }
  }

  @Test
  void forget_removesThePosition() throws IOException {
    try (DeliveryJournal journal = DeliveryJournal.open(file())) {
      journal.progress(List.of(position(1, 10), position(2, 20)));
      journal.progress(List.of(FilePosition.forget(position(1, 0).id())));
    }
    try (DeliveryJournal journal = DeliveryJournal.open(file())) {
      assertThat(journal.delivered()).containsExactly(position(2, 20));
    }
  }

  @Test
  void sighted_doesNotMoveAKnownFileBack() throws IOException {
    try (DeliveryJournal journal = DeliveryJournal.open(file())) {
      journal.append(batch(journal.takeId(), 10));
      journal.sighted(List.of(position(1, 0), position(2, 0)));

      assertThat(journal.delivered()).containsExactly(position(2, 0));
      journal.delivered(1);
      journal.sighted(List.of(position(1, 0)));
      assertThat(journal.delivered()).containsExactly(position(2, 0), position(1, 10));
    }
  }

  @Test
  void open_cutAtEveryByte_yieldsAPrefixOfTheHistory() throws IOException {
    long snapshotEnd;
    try (DeliveryJournal journal = DeliveryJournal.open(file())) {
      snapshotEnd = Files.size(file());
      for (int i = 1; i <= 4; i++) {
        journal.append(batch(journal.takeId(), 10L * i));
        journal.delivered(i);
      }
    }
    byte[] whole = Files.readAllBytes(file());
    long before = -1;
    for (int cut = (int) snapshotEnd; cut <= whole.length; cut++) {
      Files.write(file(), Arrays.copyOf(whole, cut));
      try (DeliveryJournal journal = DeliveryJournal.open(file())) {
        long offset = journal.delivered().stream().mapToLong(FilePosition::offset).sum();
        long read = journal.readPositions().values().stream().mapToLong(FilePosition::offset).sum();
        assertThat(offset).as("cut at %d", cut).isGreaterThanOrEqualTo(before);
        assertThat(read - offset).isIn(0L, 10L);
        assertThat(journal.undelivered()).hasSize(read > offset ? 1 : 0);
        before = offset;
      }
    }
    assertThat(before).isEqualTo(40);
  }

  @Test
  void open_cutInsideTheSnapshot_saysSo() throws IOException {
    DeliveryJournal.open(file()).close();
    byte[] whole = Files.readAllBytes(file());
    for (int cut = 0; cut < whole.length; cut++) {
      Files.write(file(), Arrays.copyOf(whole, cut));
      assertThatThrownBy(() -> DeliveryJournal.open(file()))
          .as("cut at %d", cut)
          .isInstanceOf(CorruptJournalException.class)
          .hasMessageContaining(file().toString());
    }
  }

  @Test
  void open_aFlippedBitInEveryByte_neverYieldsAWrongPosition() throws IOException {
    try (DeliveryJournal journal = DeliveryJournal.open(file())) {
      for (int i = 1; i <= 3; i++) {
        journal.append(batch(journal.takeId(), 10L * i));
        journal.delivered(i);
      }
    }
    byte[] whole = Files.readAllBytes(file());
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= (byte) (1 << (i % 8));
      Files.write(file(), damaged);
      try (DeliveryJournal journal = DeliveryJournal.open(file())) {
        for (FilePosition position : journal.readPositions().values()) {
          assertThat(position).isIn(position(1, 10), position(1, 20), position(1, 30));
        }
        for (JournaledBatch batch : journal.undelivered()) {
          assertThat(new String(batch.body(), StandardCharsets.UTF_8)).startsWith("body ");
        }
      } catch (CorruptJournalException e) {
        assertThat(e).hasMessageContaining(file().toString());
      }
    }
  }

  @Test
  void openOrReplace_noJournal_setsItAside() throws IOException {
    Files.writeString(file(), "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");

    try (DeliveryJournal journal = DeliveryJournal.openOrReplace(file(), 42)) {
      assertThat(journal.delivered()).isEmpty();
    }

    assertThat(directory.resolve("j.journal.damaged-42")).exists();
  }

  @Test
  void open_laterVersion_refuses() throws IOException {
    DeliveryJournal.open(file()).close();
    byte[] bytes = Files.readAllBytes(file());
    bytes[11] = 9;
    Files.write(file(), bytes);

    assertThatThrownBy(() -> DeliveryJournal.open(file())).hasMessageContaining("version 9");
  }

  @Test
  void delivered_manyBatches_keepsTheFileSmall() throws IOException {
    try (DeliveryJournal journal = DeliveryJournal.open(file())) {
      for (int i = 1; i <= 200; i++) {
        long id = journal.takeId();
        journal.append(
            new JournaledBatch(id, "", i, 1, 1, List.of(position(1, i)), new byte[200_000]));
        journal.delivered(id);
        assertThat(Files.size(file())).isLessThan(9 << 20);
      }
      assertThat(journal.delivered()).containsExactly(position(1, 200));
    }
  }

  /** What version 1 wrote stays readable, and is what is written. */
  @Test
  void open_goldenVersion1_isWrittenAndReadAsEver() throws IOException {
    byte[] golden;
    try (InputStream in = getClass().getResourceAsStream("/golden/journal-v1.hex")) {
      String hex = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
      golden = HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
    try (DeliveryJournal journal = DeliveryJournal.open(file())) {
      journal.append(List.of(batch(journal.takeId(), 10), batch(journal.takeId(), 20)));
      journal.delivered(1);
      journal.progress(List.of(position(9, 5)));
      assertThat(Files.readAllBytes(file())).isEqualTo(golden);
    }
    Files.write(file(), golden);
    try (DeliveryJournal journal = DeliveryJournal.open(file())) {
      assertThat(journal.delivered()).containsExactly(position(1, 10), position(9, 5));
      assertThat(journal.undelivered()).extracting(JournaledBatch::id).containsExactly(2L);
      assertThat(journal.lastTimestampNanos()).isEqualTo(20);
    }
  }

  private Path file() {
    return directory.resolve("j.journal");
  }

  private static FilePosition position(long inode, long offset) {
    return new FilePosition(
        new FileId("job/0", 5, inode),
        77,
        new FileHead(123, 4),
        offset,
        LineState.START,
        "/var/log/é " + inode);
  }

  private static JournaledBatch batch(long id, long offset) {
    return new JournaledBatch(
        id,
        "tenant",
        offset,
        3,
        33,
        List.of(position(1, offset)),
        ("body " + offset).getBytes(StandardCharsets.UTF_8));
  }
}
