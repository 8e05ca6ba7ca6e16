package io.skald.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.storage.object.InMemoryObjectStore;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackCopiesTest {
  private static final String LARGE = "t/packs/1/large.pack";
  private static final String SMALL = "t/packs/1/small.pack";
  private static final int PIECE = PackCopies.PIECE_BYTES;

  @TempDir Path directory;
  private final InMemoryObjectStore objects = new InMemoryObjectStore();
  private final byte[] large = put(LARGE, PIECE + 1000);
  private final byte[] small = put(SMALL, 500);
  private final Source source = new Source();

  /** The store, of which one read fails. */
  private final class Source extends ReadOnlyStore {
    private int reads;
    private int failing = -1;

    @Override
    public byte[] read(String key, long offset, int length) {
      if (reads++ == failing) {
        throw new StorageException("the store is away");
      }
      return objects.read(key, offset, length);
    }

    @Override
    public long size(String key) {
      return objects.size(key);
    }
  }

  private byte[] put(String key, int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    objects.put(key, List.of(ByteBuffer.wrap(bytes)));
    return bytes;
  }

  @Test
  void read_storeFailsInTheMiddleOfACopy_leavesNothingHalf() {
    try (PackCopies copies = new PackCopies(source, directory)) {
      source.failing = 1;
      assertThatThrownBy(() -> copies.read(LARGE, 0, 10)).hasMessage("the store is away");

      assertThat(copies.read(SMALL, 0, small.length)).isEqualTo(small);
      assertThat(copies.read(LARGE, 0, large.length)).isEqualTo(large);
      assertThat(copies.read(SMALL, 0, small.length)).isEqualTo(small);
      assertThat(copies.read(LARGE, PIECE - 5, 10))
          .isEqualTo(Arrays.copyOfRange(large, PIECE - 5, PIECE + 5));
      assertThat(source.reads).as("two that failed, one, and two again").isEqualTo(5);
    }
  }

  @Test
  void read_copies_haveNoNameThatOutlivesTheProcess() throws Exception {
    try (PackCopies copies = new PackCopies(source, directory)) {
      copies.read(SMALL, 0, 10);

      try (Stream<Path> files = Files.list(directory)) {
        assertThat(files).isEmpty();
      }
    }
  }
}
