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
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Brings batches to the ingesters that own their streams. Thread-safe. */
final class Replication {
  private final Supplier<Ring> rings;
  private final Function<Instance, IngesterClient> clients;
  private final int replicationFactor;

  Replication(
      Supplier<Ring> rings, Function<Instance, IngesterClient> clients, int replicationFactor) {
    this.rings = rings;
    this.clients = clients;
    this.replicationFactor = replicationFactor;
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
    int[] owners = assign(tenant, batches, assignment);
    if (assignment.size() == 1) {
      return clients.apply(assignment.keySet().iterator().next()).push(tenant, key, batches);
    }
    QuorumWait wait = new QuorumWait(owners, Ring.quorum(replicationFactor));
    assignment.forEach((instance, indexes) ->
        Thread.ofVirtual()
            .name("push-", 0)
            .start(() -> pushOne(instance, tenant, key, batches, indexes, wait)));
    return wait.await();
  }

  /** Fills {@code assignment} with indexes of batches; returns how many owners each batch has. */
  private int[] assign(
      TenantId tenant, List<StreamBatch> batches, Map<Instance, List<Integer>> assignment) {
    Ring ring = rings.get();
    int quorum = Ring.quorum(replicationFactor);
    int[] owners = new int[batches.size()];
    for (int i = 0; i < owners.length; i++) {
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
      owners[i] = replicas.size();
      for (Instance replica : replicas) {
        assignment.computeIfAbsent(replica, _ -> new ArrayList<>()).add(i);
      }
    }
    return owners;
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
      wait.stored(indexes, clients.apply(instance).push(tenant, key, part));
    } catch (IngestUnavailableException e) {
      wait.failed(indexes, e);
    } catch (RuntimeException | Error e) {
      wait.failed(
          indexes,
          new IngestUnavailableException(
              500, "ingester " + instance.id() + " failed: " + e.getMessage(), e));
    }
  }
}
