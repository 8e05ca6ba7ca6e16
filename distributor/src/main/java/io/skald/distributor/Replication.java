package io.skald.distributor;

import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings batches to the ingesters that own their streams. Thread-safe.
 *
 * <p>A quorum of copies is not enough where there are zones: readers do without all ingesters of
 * {@code replicationFactor - quorum} zones, so the copies that an acknowledgement stands for must
 * be in one zone more. They would not be while a zone has no member, and two copies share another.
 */
final class Replication {
  private final Supplier<Ring> rings;
  private final Function<Instance, IngesterClient> clients;
  private final int replicationFactor;
  private final int quorum;

  /**
   * Zones that the ring has, or had: one whose last member has left comes back, and then readers
   * count on it.
   */
  private final Set<String> zonesSeen = ConcurrentHashMap.newKeySet();

  Replication(
      Supplier<Ring> rings, Function<Instance, IngesterClient> clients, int replicationFactor) {
    this.rings = rings;
    this.clients = clients;
    this.replicationFactor = replicationFactor;
    this.quorum = Ring.quorum(replicationFactor);
  }

  /** Returns the zone; an ingester without one is in one of its own. */
  private static String zone(Instance instance) {
    return instance.zone().isEmpty() ? instance.id() : instance.zone();
  }

  /** Returns in how many zones copies must be so that a reader finds one. */
  private int minZones() {
    return replicationFactor - quorum + 1;
  }

  /**
   * Returns when every batch is stored by a quorum of its owners; slower ones finish by themselves.
   *
   * @param key of the push, if it may come again
   * @return what ingesters refused, each text once
   * @throws IngestUnavailableException if a batch has no quorum; other batches may be stored
   */
  List<EntryRejection> push(TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {
    Map<Instance, List<Integer>> assignment = new LinkedHashMap<>();
    List<List<String>> owners = assign(tenant, batches, assignment);
    if (assignment.size() == 1) {
      return clients.apply(assignment.keySet().iterator().next()).push(tenant, key, batches);
    }
    QuorumWait wait = new QuorumWait(owners, quorum, minZones());
    assignment.forEach((instance, indexes) ->
        Thread.ofVirtual()
            .name("push-", 0)
            .start(() -> pushOne(instance, tenant, key, batches, indexes, wait)));
    return wait.await();
  }

  /** Fills {@code assignment} with indexes of batches; returns the zones of each batch's owners. */
  private List<List<String>> assign(
      TenantId tenant, List<StreamBatch> batches, Map<Instance, List<Integer>> assignment) {
    Ring ring = rings.get();
    for (Instance instance : ring.instances()) {
      if (!instance.zone().isEmpty()) {
        zonesSeen.add(instance.zone());
      }
    }
    List<List<String>> owners = new ArrayList<>(batches.size());
    for (int i = 0; i < batches.size(); i++) {
      List<Instance> replicas = ring.replicas(token(tenant, batches.get(i)), replicationFactor);
      if (replicas.size() < quorum) {
        throw new IngestUnavailableException(
            503,
            "at least "
                + quorum
                + " live ingesters are required, the ring has "
                + replicas.size()
                + " that take writes");
      }
      List<String> zones = replicas.stream().map(Replication::zone).toList();
      requireZones(zones);
      owners.add(zones);
      for (Instance replica : replicas) {
        assignment.computeIfAbsent(replica, _ -> new ArrayList<>()).add(i);
      }
    }
    return owners;
  }

  private void requireZones(List<String> zones) {
    long found = zones.stream().distinct().count();
    if (found < Math.min(minZones(), zonesSeen.size())) {
      throw new IngestUnavailableException(
          503,
          "live ingesters in at least "
              + minZones()
              + " zones are required, the ring has them in "
              + found
              + ", "
              + zones.getFirst()
              + " among them");
    }
  }

  /** The same on every distributor, and different for equal labels of different tenants. */
  private static int token(TenantId tenant, StreamBatch batch) {
    long hash = batch.fingerprint().low() ^ tenant.value().hashCode() * 0x9E3779B97F4A7C15L;
    hash *= 0xD6E8FEB86659FD93L;
    return (int) (hash >>> 32);
  }

  private void pushOne(
      Instance instance,
      TenantId tenant,
      @Nullable BatchKey key,
      List<StreamBatch> batches,
      List<Integer> indexes,
      QuorumWait wait) {
    try {
      List<StreamBatch> part = new ArrayList<>(indexes.size());
      indexes.forEach(index -> part.add(batches.get(index)));
      wait.stored(indexes, zone(instance), clients.apply(instance).push(tenant, key, part));
    } catch (IngestUnavailableException e) {
      wait.failed(indexes, zone(instance), e);
    } catch (RuntimeException | Error e) {
      wait.failed(
          indexes,
          zone(instance),
          new IngestUnavailableException(
              500, "ingester " + instance.id() + " failed: " + e.getMessage(), e));
    }
  }
}
