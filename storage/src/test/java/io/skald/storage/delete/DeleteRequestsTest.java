package io.skald.storage.delete;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.TenantId;
import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.object.FaultyObjectStore;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.wal.DrivenClock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DeleteRequestsTest {
  private static final TenantId TENANT = new TenantId("Team_1");
  private static final String FOLDER = "_54eam__1/deletes/";

  /** Where all requests of a tenant stood before. */
  private static final String OLD = FOLDER + "requests";

  /** Written by version 1 and kept for ever: {@link #FIRST}, then {@link #SECOND}. */
  private static final String GOLDEN =
      "534b44520102083433303036383266197b6170703d22646f636b227d207c3d20226772c3b6c39f65"
          + "22fbffffffffffffff0a00000000000000cbf53cfaa10100000830303030303030310c7b6170703d"
          + "22646f636b227d0000000000000000ffffffffffffff7f07000000000000009627898f";

  private static final DeleteRequest FIRST =
      new DeleteRequest("4300682f", "{app=\"dock\"} |= \"größe\"", -5, 10, 1_795_199_661_515L);
  private static final DeleteRequest SECOND =
      new DeleteRequest("00000001", "{app=\"dock\"}", 0, Long.MAX_VALUE, 7);

  private final InMemoryObjectStore store = new InMemoryObjectStore();
  private final DrivenClock clock = new DrivenClock(0);

  @Test
  void add_twoRequests_areThereAfterARestart() {
    DeleteRequests requests = new DeleteRequests(store, clock);
    assertThat(requests.of(TENANT)).isEmpty();

    assertThat(requests.add(TENANT, FIRST)).isTrue();
    assertThat(requests.add(TENANT, SECOND)).isTrue();

    assertThat(requests.of(TENANT)).containsExactly(SECOND, FIRST);
    assertThat(new DeleteRequests(store, clock).of(TENANT)).containsExactly(SECOND, FIRST);
    assertThat(requests.of(new TenantId("other"))).isEmpty();
    assertThat(store.list(""))
        .containsExactly(FOLDER + "00000001.request", FOLDER + "4300682f.request");
  }

  @Test
  void change_requestThatCameAndWent_isAnotherNumber() {
    DeleteRequests requests = new DeleteRequests(store, Duration.ofSeconds(10), clock);
    DeleteRequests other = new DeleteRequests(store, Duration.ofSeconds(10), clock);
    long before = requests.change(TENANT);
    clock.advance(Duration.ofSeconds(10));
    assertThat(requests.change(TENANT)).as("nothing new").isEqualTo(before);

    other.add(TENANT, FIRST);
    clock.advance(Duration.ofSeconds(10));
    assertThat(requests.of(TENANT)).containsExactly(FIRST);
    other.remove(TENANT, FIRST.id());
    clock.advance(Duration.ofSeconds(10));

    assertThat(requests.of(TENANT)).isEmpty();
    assertThat(requests.change(TENANT)).isNotEqualTo(before);
  }

  @Test
  void add_knownIdOrTooMany_isRefused() {
    DeleteRequests requests = new DeleteRequests(store, clock);
    for (int i = 0; i < DeleteRequests.MAX_PER_TENANT; i++) {
      assertThat(requests.add(TENANT, new DeleteRequest("id" + i, "{a=\"b\"}", 0, 1, i))).isTrue();
    }
    assertThat(requests.add(TENANT, FIRST)).isFalse();
    assertThat(requests.remove(TENANT, "id7")).isTrue();
    assertThat(requests.add(TENANT, new DeleteRequest("id8", "{a=\"b\"}", 0, 1, 0))).isFalse();
    assertThat(requests.add(TENANT, FIRST)).isTrue();
  }

  @Test
  void of_anotherProcessWrites_seesItAfterTheRefreshAndKeepsIt() {
    DeleteRequests other = new DeleteRequests(store, Duration.ofSeconds(10), clock);
    DeleteRequests requests = new DeleteRequests(store, Duration.ofSeconds(10), clock);
    assertThat(requests.of(TENANT)).isEmpty();
    other.add(TENANT, FIRST);

    assertThat(requests.of(TENANT)).isEmpty();
    clock.advance(Duration.ofSeconds(10));
    List<DeleteRequest> seen = requests.of(TENANT);
    assertThat(seen).containsExactly(FIRST);
    clock.advance(Duration.ofSeconds(10));
    assertThat(requests.of(TENANT)).isSameAs(seen);

    other.add(TENANT, SECOND);
    assertThat(requests.remove(TENANT, FIRST.id())).isTrue();
    assertThat(requests.of(TENANT)).containsExactly(SECOND);
  }

  @Test
  void remove_unknown_changesNothing() {
    DeleteRequests requests = new DeleteRequests(store, clock);
    requests.add(TENANT, FIRST);

    assertThat(requests.remove(TENANT, "other")).isFalse();
    assertThat(requests.remove(TENANT, FIRST.id())).isTrue();

    assertThat(new DeleteRequests(store, clock).of(TENANT)).isEmpty();
  }

  @Test
  void progress_isNotedByNamesAndNeverFallsBack() {
    DeleteRequests requests = new DeleteRequests(store, clock);
    requests.add(TENANT, FIRST);
    requests.add(TENANT, SECOND);

    requests.progress(TENANT, FIRST.id(), 7);
    requests.progress(TENANT, FIRST.id(), 99);
    requests.progress(TENANT, FIRST.id(), 30);
    requests.progress(TENANT, "unknown", 30);

    assertThat(requests.of(TENANT)).containsExactly(SECOND, FIRST.at(99));
    assertThat(new DeleteRequests(store, clock).of(TENANT)).containsExactly(SECOND, FIRST.at(99));
    assertThat(store.list(FOLDER + FIRST.id()))
        .containsExactly(FOLDER + "4300682f.99", FOLDER + "4300682f.request");
    requests.remove(TENANT, FIRST.id());
    assertThat(store.list(FOLDER)).containsExactly(FOLDER + "00000001.request");
  }

  @Test
  void progress_anotherProcessAddsAndRemovesMeanwhile_losesNeither() {
    Duration refresh = Duration.ofSeconds(10);
    DeleteRequests other = new DeleteRequests(store, refresh, clock);
    other.add(TENANT, FIRST);
    other.add(TENANT, SECOND);
    DeleteRequest third = new DeleteRequest("00000003", "{app=\"dock\"}", 0, 1, 8);
    AtomicInteger calls = new AtomicInteger();
    FaultyObjectStore slow =
        FaultyObjectStore.watched(
            store,
            call -> {
              calls.set(call);
              // The list, and two requests, stand before what is written.
              if (call == 4) {
                other.add(TENANT, third);
                other.remove(TENANT, SECOND.id());
              }
            });

    new DeleteRequests(slow, refresh, clock).progress(TENANT, FIRST.id(), 50);

    assertThat(new DeleteRequests(store, clock).of(TENANT)).containsExactly(third, FIRST.at(50));
    assertThat(calls.get()).isGreaterThan(4);
  }

  @Test
  void add_idOfProgressOfARemovedOne_isRefused() {
    DeleteRequests requests = new DeleteRequests(store, clock);
    store.put(FOLDER + FIRST.id() + ".100", List.of());

    assertThat(requests.of(TENANT)).isEmpty();
    assertThat(requests.add(TENANT, FIRST)).isFalse();
  }

  @Test
  void add_oneIsProcessedOfAsManyAsThereMayBe_takesItsPlace() {
    DeleteRequests requests = new DeleteRequests(store, clock);
    for (int i = 0; i < DeleteRequests.MAX_PER_TENANT; i++) {
      requests.add(TENANT, new DeleteRequest("id" + i, "{a=\"b\"}", 0, 1, i));
    }
    requests.progress(TENANT, "id9", 100);

    assertThat(requests.add(TENANT, new DeleteRequest("id8", "{a=\"b\"}", 0, 1, 0))).isFalse();
    assertThat(store.list(FOLDER + "id9.")).as("a refused one takes no place").hasSize(2);
    assertThat(requests.add(TENANT, FIRST)).isTrue();

    assertThat(requests.of(TENANT)).extracting(DeleteRequest::id).doesNotContain("id9");
    assertThat(requests.of(TENANT)).hasSize(DeleteRequests.MAX_PER_TENANT).contains(FIRST);
    assertThat(new DeleteRequests(store, clock).of(TENANT)).isEqualTo(requests.of(TENANT));
  }

  @Test
  void read_goldenVersion1_givesWhatWasWritten() {
    put(HexFormat.of().parseHex(GOLDEN));

    assertThat(new DeleteRequests(store, clock).of(TENANT)).containsExactly(SECOND, FIRST);
  }

  @Test
  void requestsOfOneObject_progressAndRemove_countAsOthers() {
    put(HexFormat.of().parseHex(GOLDEN));
    DeleteRequests requests = new DeleteRequests(store, clock);
    DeleteRequest third = new DeleteRequest("00000003", "{app=\"dock\"}", 0, 1, 8);

    assertThat(requests.add(TENANT, SECOND)).as("known").isFalse();
    assertThat(requests.add(TENANT, third)).isTrue();
    requests.progress(TENANT, FIRST.id(), 40);
    assertThat(requests.remove(TENANT, SECOND.id())).isTrue();

    assertThat(new DeleteRequests(store, clock).of(TENANT)).containsExactly(third, FIRST.at(40));
    assertThat(requests.remove(TENANT, FIRST.id())).isTrue();
    assertThat(store.list(FOLDER)).containsExactly(FOLDER + "00000003.request");
  }

  @Test
  void read_anyFlippedBitOrTruncation_isReported() {
    byte[] whole = DeleteFormat.encode(List.of(FIRST, SECOND));
    for (int at = 0; at < whole.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] damaged = whole.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertCorrupt(damaged);
      }
      assertCorrupt(Arrays.copyOf(whole, at));
    }
  }

  private void assertCorrupt(byte[] bytes) {
    put(bytes);
    assertThatThrownBy(() -> new DeleteRequests(store, clock).of(TENANT))
        .isInstanceOf(CorruptChunkException.class);
  }

  private void put(byte[] bytes) {
    store.put(OLD, List.of(ByteBuffer.wrap(bytes)));
  }
}
