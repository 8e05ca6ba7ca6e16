package io.skald.tests.simulation;

import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.object.FaultyObjectStore;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.object.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;

/** What all hosts of a simulation have in common. */
final class Surroundings implements AutoCloseable {
  static final TenantId TENANT = new TenantId("fake");
  static final int REPLICATION_FACTOR = 3;
  static final String STORE = "store";
  static final String REGISTRY = "registry";

  /** After this time a member without heartbeats is dead. */
  static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(20);

  final World world;
  final SimulatedNetwork network;
  final SimulatedRegistry registry;
  final FaultyObjectStore store;
  final Path directory;

  /** Shared by all: blocks in memory are handed from host to host as they are. */
  final ColumnDecoder decoder = new ColumnDecoder();

  private final Host storeHost;

  /**
   * @param directory empty; for what is on real disks
   */
  Surroundings(World world, Path directory) {
    this.world = world;
    this.directory = directory;
    this.network = new SimulatedNetwork(world);
    this.registry = new SimulatedRegistry(world, network, HEARTBEAT_TIMEOUT);
    this.storeHost = new Host(world, STORE);
    this.store = new FaultyObjectStore(new InMemoryObjectStore(), world.random(), _ -> {});
  }

  ObjectStore storeOf(Host host, boolean readsTakeTime) {
    return new HostStore(world, network, host, storeHost, store, readsTakeTime);
  }

  @Override
  public void close() {
    decoder.close();
  }
}
