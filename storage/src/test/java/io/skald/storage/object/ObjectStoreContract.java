package io.skald.storage.object;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store does. */
public abstract class ObjectStoreContract {
  /** More than one part of the smallest size that S3 knows, and not a whole number of them. */
  private static final int LARGE_SIZE = (11 << 20) + 7;

  /** Returns a store that is empty at the start of the test and the same throughout. */
  protected abstract ObjectStore store();

  @Test
  void put_severalParts_areOneObject() {
    ByteBuffer middle = ByteBuffer.wrap("xxcdxx".getBytes(UTF_8), 2, 2);

    store().put("t/packs/1.pack", List.of(bytes("ab"), middle, bytes(""), bytes("e")));

    assertThat(store().size("t/packs/1.pack")).isEqualTo(5);
    assertThat(store().read("t/packs/1.pack", 0, 5)).isEqualTo("abcde".getBytes(UTF_8));
    assertThat(middle.remaining()).isEqualTo(2);
  }

  @Test
  void put_noBytes_isAnEmptyObject() {
    store().put("a", List.of());

    assertThat(store().size("a")).isZero();
    assertThat(store().read("a", 0, 0)).isEmpty();
    assertThat(store().read("a")).isEmpty();
    assertThat(store().list("")).containsExactly("a");
  }

  @Test
  void put_sameKeyAgain_replaces() {
    store().put("a", List.of(bytes("first, longer")));
    store().put("a", List.of(bytes("second")));

    assertThat(store().read("a")).asString().isEqualTo("second");
  }

  @Test
  void put_largeObject_isReadInRanges() {
    byte[] content = new byte[LARGE_SIZE];
    new Random(42).nextBytes(content);
    int half = LARGE_SIZE / 2;

    store()
        .put(
            "t/large",
            List.of(
                ByteBuffer.wrap(content, 0, half),
                ByteBuffer.wrap(content, half, LARGE_SIZE - half)));

    assertThat(store().size("t/large")).isEqualTo(LARGE_SIZE);
    int boundary = (5 << 20) - 10;
    assertThat(store().read("t/large", boundary, 20))
        .isEqualTo(Arrays.copyOfRange(content, boundary, boundary + 20));
    assertThat(store().read("t/large", 0, LARGE_SIZE)).isEqualTo(content);
    assertThat(store().read("t/large")).isEqualTo(content);
    assertThat(store().list("")).containsExactly("t/large");
  }

  @Test
  void read_range_returnsThoseBytes() {
    store().put("a", List.of(bytes("0123456789")));

    assertThat(store().read("a", 3, 4)).asString().isEqualTo("3456");
    assertThat(store().read("a", 10, 0)).isEmpty();
  }

  @Test
  void read_wholeWhileItIsReplaced_isOneOfThoseThatWerePut() throws Exception {
    byte[] first = "0".repeat(50_000).getBytes(UTF_8);
    byte[] second = "1".repeat(90_000).getBytes(UTF_8);
    store().put("a", List.of(ByteBuffer.wrap(first)));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> puts =
          threads.submit(() -> {
            for (int i = 1; i <= 50; i++) {
              store().put("a", List.of(ByteBuffer.wrap(i % 2 == 0 ? first : second)));
            }
          });
      while (!puts.isDone()) {
        assertThat(store().read("a")).isIn(first, second);
      }
      puts.get();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1, 11, Long.MAX_VALUE})
  void read_beyondTheEnd_isRefused(long offset) {
    store().put("a", List.of(bytes("0123456789")));

    assertThatThrownBy(() -> store().read("a", offset, 10))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("a")
        .hasMessageContaining("10 bytes");
  }

  @Test
  void read_negativeOrHugeLength_isRefusedWithoutTakingMemory() {
    store().put("a", List.of(bytes("0123456789")));

    assertThatThrownBy(() -> store().read("a", 0, -1)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> store().read("a", 0, Integer.MAX_VALUE))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void missingObject_isNamed() {
    assertThatThrownBy(() -> store().read("t/none", 0, 1))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("t/none");
    assertThatThrownBy(() -> store().read("t/none"))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining("t/none");
    assertThatThrownBy(() -> store().size("t/none")).isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void delete_object_isGone_andAgainDoesNothing() {
    store().put("t/a", List.of(bytes("x")));

    store().delete("t/a");
    store().delete("t/a");

    assertThat(store().list("")).isEmpty();
    assertThatThrownBy(() -> store().size("t/a")).isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void list_prefix_isSortedAndMayEndInsideASegment() {
    for (String key : List.of("b/2", "a/20/2", "a/20/1", "a/21/1", "ab/1", "a/2")) {
      store().put(key, List.of(bytes(key)));
    }

    assertThat(store().list(""))
        .containsExactly("a/2", "a/20/1", "a/20/2", "a/21/1", "ab/1", "b/2");
    assertThat(store().list("a/")).containsExactly("a/2", "a/20/1", "a/20/2", "a/21/1");
    assertThat(store().list("a/2")).containsExactly("a/2", "a/20/1", "a/20/2", "a/21/1");
    assertThat(store().list("a/20/")).containsExactly("a/20/1", "a/20/2");
    assertThat(store().list("a")).hasSize(5);
    assertThat(store().list("c")).isEmpty();
    assertThat(store().list("c/d/e")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        "..",
        "../a",
        "a/../b",
        "./a",
        ".hidden",
        "a/.incoming",
        "a b",
        "a\\b",
        "a\0b",
        "a:b",
        "ü",
        "~a",
        "a%2f"
      })
  void key_unsafe_isRefusedByEveryCall(String key) {
    assertThatThrownBy(() -> store().put(key, List.of(bytes("x"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("object key");
    assertThatThrownBy(() -> store().read(key, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().read(key)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().size(key)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store().delete(key)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void key_tooLong_isRefused() {
    assertThatThrownBy(() -> store().size("a".repeat(256)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("255");
    assertThatThrownBy(() -> store().size("a/".repeat(600) + "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1024");
  }

  @Test
  void list_unsafePrefix_isRefused() {
    assertThatThrownBy(() -> store().list("../")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void put_manyThreadsIntoNewFolders_allArrive() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> puts =
          IntStream.range(0, 64)
              .<Future<?>>mapToObj(i ->
                  threads.submit(
                      () -> store().put("t/" + i % 4 + "/x/" + i, List.of(bytes("v" + i)))))
              .toList();
      for (Future<?> put : puts) {
        put.get();
      }
    }

    assertThat(store().list("t/")).hasSize(64);
    assertThat(store().read("t/3/x/63", 0, 3)).asString().isEqualTo("v63");
  }

  protected static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }
}
