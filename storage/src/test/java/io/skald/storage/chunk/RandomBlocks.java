package io.skald.storage.chunk;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Blocks of many shapes from a seed. */
public final class RandomBlocks {
  private static final String[] WORDS = {
    "GET",
    "/api/v1/users/",
    "status=",
    "level=info",
    "deadbeef",
    "user-",
    "Übergröße",
    "\n\tat x",
    "\"",
    " ",
    "-",
    ":",
    "T",
    "Z",
    "blk_",
    "trace_id=",
    ""
  };

  private final Random random;

  public RandomBlocks(long seed) {
    this.random = new Random(seed);
  }

  /** Returns a block of up to {@code maxEntries} entries. */
  public ColumnBlock next(int maxEntries) {
    int size = 1 + random.nextInt(maxEntries);
    MetadataTable metadata = new MetadataTable();
    int[] ids = new int[size];
    if (random.nextInt(3) > 0) {
      int sets = 1 + random.nextInt(random.nextBoolean() ? 4 : size);
      for (int i = 0; i < size; i++) {
        ids[i] = random.nextInt(4) == 0 ? 0 : metadata.intern(set(random.nextInt(sets)));
      }
    }
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    int[] offsets = new int[size + 1];
    int kind = random.nextInt(5);
    for (int i = 0; i < size; i++) {
      lines.writeBytes(line(kind));
      offsets[i + 1] = lines.size();
    }
    return ColumnBlock.of(size, timestamps(size), offsets, lines.toByteArray(), ids, metadata);
  }

  private Labels set(int number) {
    return number % 2 == 0
        ? Labels.of("level", "l" + number)
        : Labels.of("trace", "t" + number, "ünïcode", "");
  }

  /** Returns ascending timestamps: regular, coarse, random, bursty, equal, or all of the range. */
  long[] timestamps(int size) {
    int kind = random.nextInt(7);
    long[] timestamps = new long[size];
    long at = kind == 6 ? Long.MIN_VALUE : 1_700_000_000_000_000_000L + random.nextInt();
    long unit = List.of(1L, 1_000L, 1_000_000L, 1_000_000_000L).get(random.nextInt(4));
    for (int i = 0; i < size; i++) {
      timestamps[i] = at;
      at +=
          switch (kind) {
            case 0 -> 15_000_000_000L;
            case 1, 2 -> random.nextInt(1 << (1 + random.nextInt(20))) * unit;
            case 3 -> random.nextInt(50) == 0 ? 3_600_000_000_000L : random.nextInt(10);
            case 4 -> 0;
            case 5 -> 5_400_000L * random.nextInt(300) + random.nextInt(1000);
            default -> 2 * (Long.MAX_VALUE / size);
          };
    }
    return timestamps;
  }

  /** Returns a line: log text, arbitrary bytes, empty, digits, or hexadecimal. */
  byte[] line(int kind) {
    return switch (kind) {
      case 0, 1 -> text().getBytes(StandardCharsets.UTF_8);
      case 2 -> {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        yield bytes;
      }
      case 3 -> random.nextInt(3) > 0 ? new byte[0] : text().getBytes(StandardCharsets.UTF_8);
      default -> characters("0123456789abcdefg-").getBytes(StandardCharsets.UTF_8);
    };
  }

  private String text() {
    StringBuilder line = new StringBuilder();
    for (int parts = random.nextInt(20); parts > 0; parts--) {
      switch (random.nextInt(5)) {
        case 0, 1 -> line.append(WORDS[random.nextInt(WORDS.length)]);
        case 2 -> line.append(random.nextInt(1 << (1 + random.nextInt(30))));
        case 3 -> line.append(Long.toHexString(random.nextLong()));
        default -> line.append(String.format("%016x%016x", random.nextLong(), random.nextLong()));
      }
    }
    return line.toString();
  }

  private String characters(String alphabet) {
    StringBuilder line = new StringBuilder();
    for (int length = random.nextInt(120); length > 0; length--) {
      line.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return line.toString();
  }

  /** Returns whether two blocks hold the same entries. */
  public static boolean same(BlockView a, BlockView b) {
    int size = a.size();
    boolean same =
        size == b.size()
            && a.minTimestamp() == b.minTimestamp()
            && a.maxTimestamp() == b.maxTimestamp()
            && a.lineBytes() == b.lineBytes()
            && Arrays.equals(a.timestamps(), 0, size, b.timestamps(), 0, size);
    for (int i = 0; same && i < size; i++) {
      same =
          Arrays.equals(line(a, i), line(b, i))
              && a.metadata().get(a.metadataIds()[i]).equals(b.metadata().get(b.metadataIds()[i]));
    }
    return same;
  }

  /** Returns a copy of line {@code index}. */
  public static byte[] line(BlockView block, int index) {
    return Arrays.copyOfRange(
        block.lines(), block.lineOffsets()[index], block.lineOffsets()[index + 1]);
  }
}
