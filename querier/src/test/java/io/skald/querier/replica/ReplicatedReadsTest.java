package io.skald.querier.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ingest.RecentPatterns;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.ring.InMemoryRing;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Instance.State;
import io.skald.logql.engine.QueryException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplicatedReadsTest {
  private static final TenantId TENANT = new TenantId("t");

  private final InMemoryRing ring = new InMemoryRing();
  private final Map<String, FakePeer> peers = new HashMap<>();
  private final ReplicatedReads reads =
      new ReplicatedReads(
          ring, instance -> peers.getOrDefault(instance.id(), new FakePeer("?")), 3);

  /** An ingester with one stream, which fails or hangs when it is told to. */
  private static final class FakePeer implements IngesterReads {
    private final Labels stream;
    private volatile int failsWith;
    private volatile boolean hangs;

    FakePeer(String stream) {
      this.stream = Labels.of("stream", stream);
    }

    @Override
    public Set<Labels> series(
        TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
      if (hangs) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException _) {
          Thread.currentThread().interrupt();
        }
      }
      if (failsWith != 0) {
        throw new IngestUnavailableException(failsWith, "told to fail");
      }
      return Set.of(stream);
    }

    @Override
    public Holdings select(
        TenantId tenant,
        List<LabelMatcher> matchers,
        StreamShard shard,
        long fromNanos,
        long throughNanos) {
      return new Holdings(List.of(), List.of());
    }

    @Override
    public PatternHoldings patterns(
        TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
      return new PatternHoldings(new RecentPatterns.Found(Set.of(), List.of()), List.of());
    }

    @Override
    public Subscription subscribe(TenantId tenant, List<LabelMatcher> matchers, Sink sink) {
      if (failsWith != 0) {
        throw new IngestUnavailableException(failsWith, "told to fail");
      }
      return () -> {};
    }
  }

  private void member(String id, String zone, State state, boolean healthy) {
    ring.put(new Instance(id, id + ":1", zone, state, List.of(), 1, healthy));
    peers.put(id, new FakePeer(id));
  }

  /** A letter for each: up, fails, dead by the ring, pending; then its zone. */
  private void members(String text) {
    int number = 0;
    for (String word : text.split(" ")) {
      String id = "i" + number++;
      State state = word.charAt(0) == 'p' ? State.PENDING : State.ACTIVE;
      member(id, word.substring(1), state, word.charAt(0) != 'd');
      if (word.charAt(0) == 'f' && peers.get(id) instanceof FakePeer peer) {
        peer.failsWith = 503;
      }
    }
  }

  private Set<Labels> series() {
    return reads.series(TENANT, List.of(), 0, 1);
  }

  @ParameterizedTest
  @CsvSource({
    "u u u, true",
    "u u f, true",
    "u u d, true",
    "u u u p, true",
    "u f f, false",
    "u f d, false",
    "u u u u f d, false",
    "ua ub uc fa fa, true",
    "ua ub uc fa da ua, true",
    "ua ub uc fa fb, false",
    "ua ub ua fa fa, false",
    "u f, true",
    "f, false",
    "p, false",
  })
  void series_failures_areBornOrReported(String members, boolean whole) {
    members(members);

    if (whole) {
      assertThat(series()).isNotEmpty();
    } else {
      assertThatThrownBy(this::series)
          .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(503));
    }
  }

  @Test
  void series_tooManyFail_tellsWhoIsDeadAndWhy() {
    members("u f d");

    assertThatThrownBy(this::series)
        .hasMessage(
            "2 of 3 ingesters did not answer, and at most 1 may be missing for the answer to be"
                + " whole; dead by the ring: i2; told to fail");
  }

  @Test
  void series_oneHangs_isAnsweredByTheOthers() {
    members("u u u");
    for (FakePeer peer : peers.values()) {
      peer.hangs = peer.stream.getOrEmpty("stream").equals("i1");
    }

    assertThat(series())
        .containsExactlyInAnyOrder(Labels.of("stream", "i0"), Labels.of("stream", "i2"));
  }

  @Test
  void series_tooLargeForOne_isNoFailureOfTheIngester() {
    members("u u u");
    peers.values().forEach(peer -> peer.failsWith = 422);

    assertThatThrownBy(this::series)
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(422))
        .hasMessage("told to fail");
  }

  @Test
  void subscribe_tooManyFail_isRefused() {
    members("u f f");

    assertThatThrownBy(() -> reads.subscribe(TENANT, List.of(), (_, _) -> {}))
        .isInstanceOf(QueryException.class)
        .hasMessageStartingWith("2 of 3 ingesters did not answer");
  }
}
