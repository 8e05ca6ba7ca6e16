package io.skald.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.storage.object.FaultyObjectStore.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Without faults it is as the store below; with them it fails as it is told. */
class FaultyObjectStoreTest extends ObjectStoreContract {
  private final List<Duration> slept = new ArrayList<>();
  private final FaultyObjectStore store =
      new FaultyObjectStore(new InMemoryObjectStore(), new Random(3), slept::add);

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Test
  void put_failingBefore_keepsTheOldState() {
    store.put("a", List.of(bytes("old")));
    store.faults(Faults.DOWN);

    assertThatThrownBy(() -> store.put("a", List.of(bytes("new"))))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> store.list("")).isInstanceOf(StorageException.class);
    store.faults(Faults.NONE);
    assertThat(store.read("a", 0, 3)).asString().isEqualTo("old");
  }

  @Test
  void put_failingAfter_isThere() {
    store.faults(new Faults(0, 1, 0, Duration.ZERO));

    assertThatThrownBy(() -> store.put("a", List.of(bytes("new"))))
        .isInstanceOf(StorageException.class);
    assertThat(store.read("a", 0, 3)).asString().isEqualTo("new");
  }

  @Test
  void list_stale_knowsNeitherTheNewNorThatTheOldIsGone() {
    store.put("old", List.of(bytes("x")));
    store.faults(new Faults(0, 0, 1, Duration.ZERO));

    store.put("new", List.of(bytes("x")));
    store.delete("old");

    assertThat(store.list("")).containsExactly("old");
    assertThat(store.size("new")).isEqualTo(1);
    store.settle();
    assertThat(store.list("")).containsExactly("new");
  }

  @Test
  void latency_isSleptAndBounded() {
    store.faults(new Faults(0, 0, 0, Duration.ofSeconds(1)));

    store.put("a", List.of(bytes("x")));
    store.read("a", 0, 1);

    assertThat(slept).hasSize(2).allMatch(time -> time.compareTo(Duration.ofSeconds(1)) < 0);
  }
}
