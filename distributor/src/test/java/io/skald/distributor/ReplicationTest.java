package io.skald.distributor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.ring.InMemoryRing;
import io.skald.common.ring.Instance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplicationTest {
  private static final TenantId TENANT = new TenantId("t");

  private final InMemoryRing ring = new InMemoryRing();
  private final Map<String, FakeIngester> ingesters = new HashMap<>();

  private void members(int count) {
    members(new String[count]);
  }

  /** Members of these zones; null for none. */
  private void members(@Nullable String... zones) {
    Random random = new Random(1);
    for (int i = 0; i < zones.length; i++) {
      List<Integer> tokens = new ArrayList<>();
      for (int token = 0; token < 64; token++) {
        tokens.add(random.nextInt());
      }
      String zone = zones[i] == null ? "" : zones[i];
      ring.put(new Instance("i" + i, "", zone, Instance.State.ACTIVE, tokens, 1, true));
      ingesters.put("i" + i, new FakeIngester());
    }
  }

  private Replication replication(int factor) {
    return new Replication(ring, instance -> ingester(instance.id()), factor);
  }

  private FakeIngester ingester(String id) {
    FakeIngester ingester = ingesters.get(id);
    if (ingester == null) {
      throw new IllegalArgumentException(id);
    }
    return ingester;
  }

  private static List<StreamBatch> streams(int count) {
    List<StreamBatch> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Labels labels = Labels.of("stream", Integer.toString(i));
      EntryBatch.Builder entries = new EntryBatch.Builder(new byte[] {'x'}, new MetadataTable());
      entries.add(i, 0, 1, 0);
      batches.add(new StreamBatch(labels, Fingerprint.of(labels), entries.build()));
    }
    return batches;
  }

  private long copies() {
    return ingesters.values().stream().mapToLong(ingester -> ingester.stored().size()).sum();
  }

  @Test
  void push_factorOne_spreadsStreamsEachToOneMember() {
    members(3);

    assertThat(replication(1).push(TENANT, null, streams(300))).isEmpty();

    assertThat(copies()).isEqualTo(300);
    assertThat(ingesters.values())
        .allSatisfy(ingester -> assertThat(ingester.stored()).hasSizeGreaterThan(30));
  }

  @Test
  void push_againFromAnotherDistributor_goesToTheSameMembers() {
    members(3);
    replication(1).push(TENANT, null, streams(50));
    List<String> first = ingester("i0").stored();
    ingesters.replaceAll((_, _) -> new FakeIngester());

    replication(1).push(TENANT, null, streams(50));

    assertThat(ingester("i0").stored()).isEqualTo(first);
  }

  @Test
  void push_otherTenant_isSpreadDifferently() {
    members(3);
    replication(1).push(TENANT, null, streams(50));
    int first = ingester("i0").stored().size();
    ingesters.replaceAll((_, _) -> new FakeIngester());

    replication(1).push(new TenantId("u"), null, streams(50));

    assertThat(ingester("i0").stored()).hasSizeBetween(1, 49);
    assertThat(first).isBetween(1, 49);
  }

  @Test
  void push_oneOfThreeFails_succeeds() {
    members(3);
    ingester("i1").failure = new IngestUnavailableException(503, "down");

    assertThat(replication(3).push(TENANT, null, streams(5))).isEmpty();
    assertThat(ingester("i0").stored()).hasSize(5);
    assertThat(ingester("i2").stored()).hasSize(5);
  }

  @Test
  void push_twoOfThreeFail_failsWithTheirStatus() {
    members(3);
    ingester("i1").failure = new IngestUnavailableException(500, "disk full");
    ingester("i2").failure = new IngestUnavailableException(500, "disk full");

    assertThatThrownBy(() -> replication(3).push(TENANT, null, streams(5)))
        .isInstanceOf(IngestUnavailableException.class)
        .hasMessage("disk full")
        .extracting(e -> ((IngestUnavailableException) e).status())
        .isEqualTo(500);
  }

  @Test
  void push_oneOfThreeHangs_doesNotWaitForIt() {
    members(3);
    CountDownLatch gate = new CountDownLatch(1);
    ingester("i2").gate = gate;

    assertThat(replication(3).push(TENANT, null, streams(5))).isEmpty();
    assertThat(ingester("i2").stored()).isEmpty();

    gate.countDown();
  }

  @Test
  void push_replicasRefuseAlike_tellsItOnce() {
    members(3);
    EntryRejection rejection = new EntryRejection(400, "too far behind");
    ingesters.values().forEach(ingester -> ingester.rejections = List.of(rejection));

    assertThat(replication(3).push(TENANT, null, streams(1))).containsExactly(rejection);
  }

  @Test
  void push_fewerMembersThanQuorum_isUnavailable() {
    members(1);

    assertThatThrownBy(() -> replication(3).push(TENANT, null, streams(1)))
        .isInstanceOf(IngestUnavailableException.class)
        .hasMessage("at least 2 live ingesters are required, the ring has 1 that take writes");
    assertThat(copies()).isZero();
  }

  @Test
  void push_onlyCopiesOfOneZoneStored_fails() {
    members("a", "a", "b");
    ingester("i2").failure = new IngestUnavailableException(503, "down");

    assertThatThrownBy(() -> replication(3).push(TENANT, null, streams(5)))
        .isInstanceOf(IngestUnavailableException.class)
        .hasMessage("down");
  }

  @Test
  void push_copiesOfTwoZonesStored_succeeds() {
    members("a", "a", "b");
    ingester("i0").failure = new IngestUnavailableException(503, "down");

    assertThat(replication(3).push(TENANT, null, streams(5))).isEmpty();
  }

  @Test
  void push_otherZonesHaveLeft_isUnavailable() {
    members("a", "a", "b", "c");
    Replication replication = replication(3);
    replication.push(TENANT, null, streams(1));
    ring.remove("i2");
    ring.remove("i3");

    assertThatThrownBy(() -> replication.push(TENANT, null, streams(1)))
        .isInstanceOf(IngestUnavailableException.class)
        .hasMessage(
            "live ingesters in at least 2 zones are required, the ring has them in 1, a among"
                + " them");
  }

  @Test
  void push_onlyOneZoneThereIs_needsNoOther() {
    members("a", "a", "a");
    ingester("i1").failure = new IngestUnavailableException(503, "down");

    assertThat(replication(3).push(TENANT, null, streams(5))).isEmpty();
  }

  @Test
  void push_twoMembersForFactorThree_needsBoth() {
    members(2);

    assertThat(replication(3).push(TENANT, null, streams(4))).isEmpty();
    assertThat(copies()).isEqualTo(8);
  }
}
