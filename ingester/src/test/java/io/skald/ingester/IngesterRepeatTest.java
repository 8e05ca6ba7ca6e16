package io.skald.ingester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pushes that come again under their key. */
final class IngesterRepeatTest {
  private static final Labels A = IngesterFixture.stream("a");
  private static final Labels B = IngesterFixture.stream("b");
  private static final BatchKey KEY = BatchKey.parse("agent/1");
  private static final TenantId TENANT = IngesterFixture.TENANT;

  @TempDir Path directory;
  private IngesterFixture fixture;

  @BeforeEach
  void open() {
    fixture = new IngesterFixture(directory, 5);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static StreamBatch batch(Labels stream, String... lines) {
    return IngesterFixture.batch(stream, IngesterFixture.NOW, lines);
  }

  @Test
  void push_again_isStoredOnce() throws IOException {
    try (Ingester ingester = fixture.started()) {
      ingester.push(TENANT, KEY, List.of(batch(A, "one", "two")));

      assertThat(ingester.push(TENANT, KEY, List.of(batch(A, "one", "two")))).isEmpty();

      assertThat(fixture.lines(ingester, A)).containsExactly("one", "two");
      assertThat(ingester.statistics().repeatedEntries()).isEqualTo(2);
      assertThat(ingester.statistics().pushedEntries()).isEqualTo(2);
    }
  }

  @Test
  void push_againWithoutKeyOrUnderAnother_isStoredAgain() throws IOException {
    try (Ingester ingester = fixture.started()) {
      ingester.push(TENANT, KEY, List.of(batch(A, "one")));
      ingester.push(TENANT, BatchKey.parse("agent/2"), List.of(batch(A, "one")));
      ingester.push(new TenantId("other"), KEY, List.of(batch(A, "one")));
      ingester.push(TENANT, List.of(batch(A, "one")));

      assertThat(ingester.statistics().pushedEntries()).isEqualTo(4);
      assertThat(ingester.statistics().repeatedEntries()).isZero();
    }
  }

  @Test
  void push_againWithMoreStreams_storesWhatWasMissing() throws IOException {
    try (Ingester ingester = fixture.started()) {
      ingester.push(TENANT, KEY, List.of(batch(A, "one")));
      ingester.push(TENANT, KEY, List.of(batch(A, "one"), batch(B, "two")));

      assertThat(fixture.lines(ingester, A)).containsExactly("one");
      assertThat(fixture.lines(ingester, B)).containsExactly("two");
    }
  }

  @Test
  void push_afterARefusal_isStored() throws IOException {
    try (Ingester ingester = fixture.started()) {
      fixture.disk.beforeSync(() -> {
        throw new IOException("bad sector");
      });
      assertThatThrownBy(() -> ingester.push(TENANT, KEY, List.of(batch(A, "one"))))
          .isInstanceOf(IngestUnavailableException.class);
      fixture.disk.beforeSync(() -> {});
      fixture.clock.advance(Duration.ofSeconds(2));

      ingester.push(TENANT, KEY, List.of(batch(A, "one")));

      assertThat(fixture.lines(ingester, A)).containsExactly("one");
    }
  }

  @Test
  void push_againAfterACrash_isStoredOnce() throws IOException {
    Ingester first = fixture.started();
    first.push(TENANT, KEY, List.of(batch(A, "one")));
    fixture.crash(first, new Random(1));
    try (Ingester second = fixture.started()) {
      second.push(TENANT, KEY, List.of(batch(A, "one"), batch(B, "two")));

      assertThat(fixture.lines(second, A)).containsExactly("one");
      assertThat(fixture.lines(second, B)).containsExactly("two");
    }
  }

  @Test
  void push_againAfterFlushAndCrash_isStoredOnce() throws IOException {
    Ingester first = fixture.started();
    first.push(TENANT, KEY, List.of(batch(A, "one")));
    first.flush();
    fixture.crash(first, new Random(1));
    try (Ingester second = fixture.started()) {
      second.push(TENANT, KEY, List.of(batch(A, "one")));

      assertThat(fixture.lines(second, A)).containsExactly("one");
    }
  }

  @Test
  void push_againAfterAnOrderlyEnd_isStoredOnce() throws IOException {
    try (Ingester first = fixture.started()) {
      first.push(TENANT, KEY, List.of(batch(A, "one")));
    }
    try (Ingester second = fixture.started()) {
      second.push(TENANT, KEY, List.of(batch(A, "one")));

      assertThat(fixture.lines(second, A)).containsExactly("one");
    }
  }

  @Test
  void push_whileTheFirstWaitsForTheDisk_waitsForItsOutcome() throws Exception {
    try (Ingester ingester = fixture.started()) {
      CountDownLatch syncing = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      fixture.disk.beforeSync(() -> {
        syncing.countDown();
        try {
          goOn.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      });
      CompletableFuture<Void> first = pushed(ingester);
      assertThat(syncing.await(10, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<Void> second = pushed(ingester);
      goOn.countDown();
      first.get(10, TimeUnit.SECONDS);
      second.get(10, TimeUnit.SECONDS);

      assertThat(fixture.lines(ingester, A)).containsExactly("one");
    }
  }

  private static CompletableFuture<Void> pushed(Ingester ingester) {
    return CompletableFuture.runAsync(
        () -> ingester.push(TENANT, KEY, List.of(batch(A, "one"))),
        task -> Thread.ofVirtual().start(task));
  }
}
