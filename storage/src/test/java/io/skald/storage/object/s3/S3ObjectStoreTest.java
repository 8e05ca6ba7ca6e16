package io.skald.storage.object.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.time.Clock;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.object.ObjectStoreContract;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract over a server in this process. */
class S3ObjectStoreTest extends ObjectStoreContract {
  private final S3ProxyServer server = new S3ProxyServer();
  private final S3ObjectStore store = open("");

  @Override
  protected ObjectStore store() {
    return store;
  }

  private S3ObjectStore open(String prefix) {
    S3Config config =
        S3ProxyServer.config(
            server.endpoint(),
            S3ProxyServer.BUCKET,
            S3ProxyServer.SECRET_KEY,
            prefix,
            Duration.ofSeconds(20));
    return new S3ObjectStore(config, Clock.system(), new Random(1), Sleeper.SYSTEM);
  }

  @AfterEach
  void close() {
    store.close();
    server.close();
  }

  @Test
  void checkAccess_bucketIsThere_succeeds() {
    store.checkAccess();

    assertThat(store.statistics().requests(S3Operation.LIST_OBJECTS)).isEqualTo(1);
  }

  @Test
  void list_moreThanAPage_isWholeAndSorted() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> puts =
          IntStream.range(0, 1005)
              .<Future<?>>mapToObj(
                  i -> threads.submit(() -> store.put("t/%05d".formatted(i), List.of(bytes("x")))))
              .toList();
      for (Future<?> put : puts) {
        put.get();
      }
    }

    assertThat(store.list("t/")).hasSize(1005).isSorted().endsWith("t/01004");
    assertThat(store.statistics().requests(S3Operation.LIST_OBJECTS)).isEqualTo(2);
  }

  @Test
  void objectPrefix_isAFolderOfItsOwn() {
    try (S3ObjectStore below = open("team/logs")) {
      below.put("t/a", List.of(bytes("below")));
      store.put("t/a", List.of(bytes("above")));

      assertThat(below.list("")).containsExactly("t/a");
      assertThat(store.list("")).containsExactly("t/a", "team/logs/t/a");
      assertThat(below.read("t/a", 0, 5)).asString().isEqualTo("below");
      below.delete("t/a");
      assertThat(store.list("")).containsExactly("t/a");
    }
  }

  @Test
  void put_upToAPart_takesOneRequest_aboveItOneMoreForEachPartAndTwo() {
    store.put("small", List.of(bytes("x".repeat(5 << 20))));
    store.put("large", List.of(bytes("x".repeat((5 << 20) + 1))));

    S3Statistics statistics = store.statistics();
    assertThat(statistics.requests(S3Operation.PUT_OBJECT)).isEqualTo(1);
    assertThat(statistics.requests(S3Operation.CREATE_UPLOAD)).isEqualTo(1);
    assertThat(statistics.requests(S3Operation.UPLOAD_PART)).isEqualTo(2);
    assertThat(statistics.requests(S3Operation.COMPLETE_UPLOAD)).isEqualTo(1);
    assertThat(statistics.running()).isZero();
  }
}
