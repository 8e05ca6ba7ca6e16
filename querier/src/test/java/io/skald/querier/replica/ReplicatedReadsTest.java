package io.skald.querier.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.ReadRoom;
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
import io.skald.common.ring.Ring;
import io.skald.common.ring.RingComparison;
import io.skald.logql.engine.QueryException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplicatedReadsTest {
  private static final TenantId TENANT = new TenantId("t");

  private final InMemoryRing ring = new InMemoryRing();
  private final Map<String, FakePeer> peers = new HashMap<>();
  private final AtomicInteger expired = new AtomicInteger();
  private final ReplicatedReads reads =
      new ReplicatedReads(
          new ReadRing(ring, expired::incrementAndGet),
          (instance, comparison) ->
              peers.getOrDefault(instance.id(), new FakePeer("?")).comparing(comparison),
          3);

  /** An ingester with one stream, which fails or hangs when it is told to. */
  private static final class FakePeer implements IngesterReads {
    private final Labels stream;
    private volatile int failsWith;
    private volatile boolean hangs;

    /** Bytes of a read's room. */
    private volatile long takes;

    /** Its view of the ring. */
    private volatile List<Instance> view = List.of();

    /** By which it tells whether a member left; 0 if it is older and tells nothing. */
    private volatile long departures;

    private volatile RingComparison comparison = RingComparison.NONE;
    private volatile int subscriptions;

    FakePeer(String stream) {
      this.stream = Labels.of("stream", stream);
    }

    IngesterReads comparing(RingComparison with) {
      comparison = with;
      return this;
    }

    private void tell() {
      if (departures != 0) {
        comparison.departed().accept(departures);
      }
      List<Instance> unnamed = new Ring(view).holdersBeside(comparison.named());
      if (!unnamed.isEmpty()) {
        comparison.told().accept(unnamed);
      }
    }

    private void hangOrFail() {
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
    }

    @Override
    public Set<Labels> series(
        TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
      tell();
      hangOrFail();
      return Set.of(stream);
    }

    @Override
    public Holdings select(
        TenantId tenant,
        List<LabelMatcher> matchers,
        StreamShard shard,
        long fromNanos,
        long throughNanos,
        ReadRoom room) {
      room.take(takes);
      hangOrFail();
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
      tell();
      subscriptions++;
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
      peer(id).failsWith = word.charAt(0) == 'f' ? 503 : 0;
    }
  }

  /** Makes ingesters that the ring does not have, and of which those named by it know. */
  private void unseen(String knownBy, String text) {
    List<Instance> seen = ring.get().instances();
    List<Instance> all = new ArrayList<>(seen);
    for (String word : text.split(" ")) {
      String id = "n" + (all.size() - seen.size());
      FakePeer peer = new FakePeer(id);
      peer.failsWith = word.charAt(0) == 'f' ? 503 : 0;
      peers.put(id, peer);
      State state = word.charAt(0) == 'p' ? State.PENDING : State.ACTIVE;
      String zone = word.substring(1);
      all.add(new Instance(id, id, zone, state, List.of(), 1, word.charAt(0) != 'd'));
    }
    for (String id : knownBy.isEmpty() ? new String[0] : knownBy.split(" ")) {
      peer(id).view = all;
    }
  }

  private FakePeer peer(String id) {
    return Objects.requireNonNull(peers.get(id));
  }

  /** What is taken, of so much. */
  private static final class CountedRoom implements ReadRoom {
    private final AtomicLong taken = new AtomicLong();
    private final long limit;

    CountedRoom(long limit) {
      this.limit = limit;
    }

    @Override
    public void take(long bytes) {
      if (taken.addAndGet(bytes) > limit) {
        taken.addAndGet(-bytes);
        throw new QueryException(400, "no room");
      }
    }

    @Override
    public void release(long bytes) {
      taken.addAndGet(-bytes);
    }

    @Override
    public void check() {}

    @Override
    public void whileWaiting(Runnable wait) {
      wait.run();
    }
  }

  private void select(ReadRoom room) {
    reads.select(TENANT, List.of(), StreamShard.ALL, 0, 1, room);
  }

  /** Of one that fails, and of one that is not waited for. */
  @ParameterizedTest
  @CsvSource({"u u f, false", "u u u, true"})
  void select_answersThatAreNotUsed_takeNoRoom(String members, boolean lastHangs) {
    members(members);
    peer("i0").takes = 10;
    peer("i1").takes = 100;
    peer("i2").takes = 1000;
    peer("i2").hangs = lastHangs;
    CountedRoom room = new CountedRoom(Long.MAX_VALUE);

    select(room);

    assertThat(room.taken.get()).isEqualTo(110);
  }

  @Test
  void select_noRoom_saysSoAndTakesNone() {
    members("u u u");
    List.of("i0", "i1", "i2").forEach(id -> peer(id).takes = 60);
    CountedRoom room = new CountedRoom(100);

    assertThatThrownBy(() -> select(room))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessage("no room");
    assertThat(room.taken.get()).isZero();
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

  @ParameterizedTest
  @CsvSource({
    // i2 is the one that may be missing: all others must be asked.
    "u u f, i0, u, n0",
    "u u f, i0 i1, u, n0",
    "u u f, i0, u u, n0 n1",
    "u u f, i0 n0, u u, n0 n1",
    // It does not answer: it is the one that may be missing, or one too many.
    "u u u, i0 i1 i2, f, ''",
    "u u u, i0 i1 i2, d, ''",
    "u u u, i0 i1 i2, u d, n0",
    "u u u, i0 i1 i2, f f, refused",
    "u u f, i0, f, refused",
    "u u f, i0, d, refused",
    "u u d, i0, u f, refused",
    // It holds nothing yet.
    "u u f, i0, p, ''",
    // Nobody knows it.
    "u u f, '', u, ''",
    // Zones are those of all.
    "ua ub fc, i0 i1, ua fc, n0",
    "ua ub fc, i0 i1, fa uc, refused",
    "ua ub fc, i0 i1, u f, refused",
  })
  void series_staleView_asksThoseThatItIsToldOf(
      String members, String knownBy, String unseen, String found) {
    members(members);
    unseen(knownBy, unseen);

    if (found.equals("refused")) {
      assertThatThrownBy(this::series)
          .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(503));
    } else {
      assertThat(series().stream().map(labels -> labels.getOrEmpty("stream")))
          .filteredOn(id -> id.startsWith("n"))
          .containsExactlyInAnyOrder(found.isEmpty() ? new String[0] : found.split(" "));
    }
  }

  @Test
  void series_toldByTheOneThatIsToldOf_asksThatToo() {
    members("u u f");
    unseen("i0", "u");
    List<Instance> all = new ArrayList<>(peer("i0").view);
    all.add(new Instance("n1", "n1", "", State.ACTIVE, List.of(), 1, true));
    peers.put("n1", new FakePeer("n1"));
    peer("n0").view = all;

    assertThat(series()).contains(Labels.of("stream", "n1"));
  }

  @Test
  void series_oneToldOfIsToldNoMore_expiresTheIndexOnce() {
    members("u u f");
    unseen("i0", "u");
    series();
    series();
    assertThat(expired).hasValue(0);
    peer("i0").view = ring.get().instances();

    series();
    series();

    assertThat(expired).hasValue(1);
  }

  @Test
  void series_ingesterHasSeenOneLeave_expiresTheIndexBeforeItIsAsked() {
    members("u");
    series();
    assertThat(expired).as("it tells nothing").hasValue(0);

    peer("i0").departures = 7;
    series();
    assertThat(expired).as("nothing is known of what it has seen").hasValue(1);
    series();
    assertThat(expired).hasValue(1);
    peer("i0").departures = 8;
    series();
    assertThat(expired).hasValue(2);
  }

  @Test
  void series_oneToldOfIsSeenByTheRing_expiresNothing() {
    members("u u f");
    unseen("i0", "u");
    series();
    member("n0", "", State.ACTIVE, true);

    series();

    assertThat(expired).hasValue(0);
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

  @Test
  void subscribe_staleView_followsThoseThatItIsToldOf() {
    members("u u f");
    unseen("i0", "u");

    reads.subscribe(TENANT, List.of(), (_, _) -> {}).close();

    assertThat(peer("n0").subscriptions).isEqualTo(1);
  }

  @Test
  void subscribe_oneTooManyOfThoseToldOfFail_isRefused() {
    members("u u f");
    unseen("i0", "f");

    assertThatThrownBy(() -> reads.subscribe(TENANT, List.of(), (_, _) -> {}))
        .isInstanceOf(QueryException.class)
        .hasMessageStartingWith("2 of 4 ingesters did not answer");
  }
}
