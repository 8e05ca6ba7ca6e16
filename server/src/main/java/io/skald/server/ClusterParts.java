package io.skald.server;

import io.skald.common.block.BlockView;
import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.net.HostName;
import io.skald.common.reload.FileReloads;
import io.skald.common.ring.EtcdConfig;
import io.skald.common.ring.Instance;
import io.skald.common.ring.KvstoreConfig;
import io.skald.common.ring.LifecyclerConfig;
import io.skald.common.ring.MemberlistTls;
import io.skald.common.ring.RingComparison;
import io.skald.common.ring.RingConfig;
import io.skald.common.ring.RingMember;
import io.skald.common.ring.RingStore;
import io.skald.common.rpc.RpcChannels;
import io.skald.common.rpc.RpcClientConfig;
import io.skald.common.rpc.RpcServer;
import io.skald.common.rpc.RpcService;
import io.skald.common.rpc.etcd.EtcdRing;
import io.skald.common.rpc.fleet.RemoteQuerier;
import io.skald.common.rpc.gossip.Gossip;
import io.skald.common.rpc.ingest.RemoteIngester;
import io.skald.common.time.Clock;
import io.skald.common.tls.ClientTls;
import io.skald.common.tls.ClientTlsConfig;
import io.skald.common.tls.ServerTls;
import io.skald.common.tls.ServerTlsConfig;
import io.skald.common.tls.TlsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process of a cluster has and a single one has not: the rings, a gRPC port, connections to
 * ingesters.
 */
final class ClusterParts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterParts.class);
  private static final Duration RELOAD_PERIOD = Duration.ofSeconds(5);
  private static final RpcClientConfig TO_ETCD =
      new RpcClientConfig(16 << 20, Duration.ofSeconds(10), Duration.ofSeconds(5));

  private final SkaldConfig config;
  private final Clock clock;
  private final RandomGenerator random;
  private final ClusterMetrics metrics;
  private final Function<byte[], BlockView> sealedBlocks;
  private final FileReloads reloads = new FileReloads();
  private final RpcChannels channels;
  private final RingStore ingesters;
  private final RingStore distributors;
  private final RingStore queriers;
  private final Map<String, RemoteIngester> clients = new ConcurrentHashMap<>();
  private final Map<String, RemoteQuerier> peers = new ConcurrentHashMap<>();

  /** What has been opened, the last first. */
  private final Deque<Runnable> closers = new ArrayDeque<>();

  private @Nullable Gossip gossip;
  private @Nullable RpcServer server;
  private @Nullable RingMember ingester;
  private BooleanSupplier mayLeave = () -> true;
  private @Nullable RingMember distributor;
  private @Nullable RingMember querier;

  /**
   * Connects to the stores of the rings.
   *
   * @param sealedBlocks reads what {@link BlockView#sealed} returns
   * @throws io.skald.common.ring.RingStoreException if one cannot be reached
   * @throws IllegalArgumentException if a file of TLS is no good
   */
  ClusterParts(
      SkaldConfig config,
      Clock clock,
      RandomGenerator random,
      ClusterMetrics metrics,
      Function<byte[], BlockView> sealedBlocks) {
    this.config = config;
    this.clock = clock;
    this.random = random;
    this.metrics = metrics;
    this.sealedBlocks = sealedBlocks;
    IngesterClientSection client = config.ingesterClient();
    closers.push(reloads::close);
    try {
      channels =
          new RpcChannels(
              client.connections(),
              client.grpcClientConfig().tlsEnabled()
                  ? clientTls("ingester client", client.grpcClientConfig().tls())
                  : null,
              metrics.calls(),
              clock::monotonicNanos);
      closers.push(channels::close);
      ingesters = open(config.ingesterRing(), "ring/");
      distributors = open(config.distributorRing(), "distributor/");
      queriers = open(config.querierRing(), "querier/");
      if (gossip != null) {
        gossip.start();
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    reloads.start(RELOAD_PERIOD);
    metrics.bind(clients);
    metrics.bindShares(ingesters);
    metrics.bindMembers(
        Map.of("ingester", ingesters, "distributor", distributors, "querier", queriers));
  }

  private Supplier<TlsSettings> clientTls(String what, ClientTlsConfig tls) {
    return reloads.watch(
            what + " TLS",
            ClientTls.files(tls),
            contents -> TlsSettings.ofClient(ClientTls.context(tls, contents)))
        ::get;
  }

  private RingStore open(KvstoreConfig kvstore, String name) {
    return switch (kvstore.store()) {
      case KvstoreConfig.ETCD -> openEtcd(kvstore, name);
      case KvstoreConfig.MEMBERLIST ->
          gossip().ring(name, config.common().ring().heartbeatTimeout());
      default ->
          throw new IllegalArgumentException(
              "kvstore.store " + kvstore.store() + " does not join processes");
    };
  }

  private Gossip gossip() {
    if (gossip == null) {
      String host = first(config.common().ring().instanceAddr(), HostAddress.inNetwork());
      MemberlistTls tls = config.memberlist().tls();
      Gossip opened =
          new Gossip(
              config.memberlist(),
              instanceId(),
              host,
              tls.tlsEnabled()
                  ? new ServerTls(
                      tls.files(), tls.tlsMinVersion(), tls.tlsCipherSuites(), reloads, clock)
                  : null,
              clock);
      closers.push(opened::close);
      gossip = opened;
    }
    return gossip;
  }

  private RingStore openEtcd(KvstoreConfig kvstore, String name) {
    EtcdConfig etcd = kvstore.etcd();
    RpcChannels toEtcd =
        new RpcChannels(TO_ETCD, etcd.tlsEnabled() ? clientTls("etcd", etcd.tls()) : null);
    closers.push(toEtcd::close);
    EtcdRing ring =
        new EtcdRing(
            toEtcd,
            etcd.endpoints(),
            etcd.dialTimeout(),
            kvstore.prefix() + name,
            config.common().ring().heartbeatTimeout());
    closers.push(ring::close);
    ring.start();
    return ring;
  }

  RingStore ingesters() {
    return ingesters;
  }

  RingStore queriers() {
    return queriers;
  }

  /** Returns how many distributors share the rates of tenants, at least 1. */
  int distributorCount() {
    return Math.max(
        1, (int) distributors.get().instances().stream().filter(Instance::takesWrites).count());
  }

  /** Returns how many ingesters take writes, at least 1. */
  int ingesterCount() {
    return Math.max(
        1, (int) ingesters.get().instances().stream().filter(Instance::takesWrites).count());
  }

  /** Returns the client of an ingester, by its present address. */
  IngesterClient writesOf(Instance instance) {
    return remote(instance);
  }

  /** Returns the read side of an ingester, by its present address, for one read. */
  IngesterReads readsOf(Instance instance, RingComparison comparison) {
    return remote(instance).comparing(comparison);
  }

  private RemoteIngester remote(Instance instance) {
    RemoteIngester known = clients.get(instance.id());
    if (known != null && known.address().equals(instance.address())) {
      return known;
    }
    RemoteIngester fresh =
        new RemoteIngester(
            instance.id(),
            instance.address(),
            channels,
            config.ingesterClient().calls(),
            sealedBlocks);
    clients.put(instance.id(), fresh);
    return fresh;
  }

  /** Returns the client of another querier, by its present address. */
  PieceEvaluator piecesOf(Instance instance) {
    return peers.compute(
        instance.id(),
        (id, known) ->
            known != null && known.address().equals(instance.address())
                ? known
                : new RemoteQuerier(
                    id, instance.address(), channels, config.querier().maxQueryMemory()));
  }

  /** Opens the gRPC port. */
  void serve(List<RpcService> services) {
    ServerTlsConfig tls = config.server().grpc().grpcTlsConfig();
    RpcServer opened =
        new RpcServer(
            config.server().grpc().port(),
            services,
            tls.isEnabled() ? serverTls(tls) : null,
            metrics.answers(),
            clock::monotonicNanos);
    opened.start();
    server = opened;
    LOG.info("gRPC listens on port {}", opened.port());
  }

  private Supplier<TlsSettings> serverTls(ServerTlsConfig tls) {
    ListenerSection listener = config.server().listener();
    return new ServerTls(tls, listener.tlsMinVersion(), listener.tlsCipherSuites(), reloads, clock)
        ::settings;
  }

  /**
   * Joins the ring of ingesters; takes no writes yet.
   *
   * @param flushed asked at the end, whether nothing is lost to readers when it leaves the ring
   */
  void joinAsIngester(BooleanSupplier flushed) {
    mayLeave = flushed;
    LifecyclerConfig own = config.ingester().lifecycler();
    RingConfig common = config.common().ring();
    String file = first(own.tokensFilePath(), common.tokensFilePath());
    RingMember member =
        new RingMember(
            ingesters,
            new RingMember.Config(
                ingesterId(),
                address(own.address(), own.port()),
                first(own.availabilityZone(), common.instanceAvailabilityZone()),
                own.numTokens(),
                file.isEmpty() ? config.common().pathPrefix().resolve("tokens") : Path.of(file),
                common.heartbeatPeriod(),
                common.autoforgetPeriod()),
            clock,
            random);
    member.join();
    ingester = member;
  }

  /** Takes writes from now on. */
  void activateIngester() {
    if (ingester != null) {
      ingester.activate();
    }
    if (server != null) {
      server.serving(true);
    }
  }

  /** Joins the ring of distributors. */
  void joinAsDistributor() {
    distributor = joined(distributors);
  }

  /** Joins the ring of queriers, which share queries. */
  void joinAsQuerier() {
    querier = joined(queriers);
  }

  /** Makes this process a member without tokens. */
  private RingMember joined(RingStore ring) {
    RingConfig common = config.common().ring();
    RingMember member =
        new RingMember(
            ring,
            new RingMember.Config(
                instanceId(),
                address("", 0),
                common.instanceAvailabilityZone(),
                0,
                null,
                common.heartbeatPeriod(),
                common.heartbeatTimeout()),
            clock,
            random);
    member.join();
    member.activate();
    return member;
  }

  /** Returns what the ingester of this process is called in the ring. */
  String ingesterId() {
    return first(config.ingester().lifecycler().id(), instanceId());
  }

  /** Returns what this process is called in the rings of distributors and queriers. */
  String instanceId() {
    return first(config.common().ring().instanceId(), HostName.current());
  }

  private String address(String ownAddress, int ownPort) {
    RingConfig common = config.common().ring();
    String host = first(ownAddress, common.instanceAddr());
    int port = ownPort == 0 ? common.instancePort() : ownPort;
    if (port == 0) {
      port = server == null ? config.server().grpc().grpcListenPort() : server.port();
    }
    return (host.isEmpty() ? HostAddress.inNetwork() : host) + ":" + port;
  }

  private static String first(String preferred, String other) {
    return preferred.isEmpty() ? other : preferred;
  }

  /** Returns whether the ingester of this process takes writes by the ring. */
  boolean isIngesterActive() {
    return ingester != null && ingester.state() == Instance.State.ACTIVE;
  }

  /** Takes no more writes and no more pieces of queries, still answers reads. */
  void leaveIngesters() {
    if (distributor != null) {
      distributor.close();
    }
    if (querier != null) {
      querier.close();
    }
    if (ingester != null && ingester.state() != null) {
      try {
        ingester.leave();
      } catch (RuntimeException e) {
        LOG.warn("the ring could not be told that this ingester leaves: {}", e.getMessage());
      }
    }
  }

  /**
   * As {@link #leaveIngesters}.
   *
   * @param forgetTokens whether the next start is to take new tokens
   */
  void leaveRing(boolean forgetTokens) {
    leaveIngesters();
    if (forgetTokens && ingester != null) {
      ingester.deleteTokens();
    }
  }

  /**
   * Returns whether the ingester may leave the ring. One that is no member is not missed: with two
   * of three gone so, reads would be answered without what only these have.
   */
  private boolean isFlushed() {
    boolean flushed = mayLeave.getAsBoolean();
    if (!flushed) {
      LOG.warn(
          "the ingester stays in the ring, as what it has not flushed is in its WAL only: reads"
              + " count it as missing until it is started again");
    }
    return flushed;
  }

  /** Leaves the rings, closes the port and the connections. */
  @Override
  public void close() {
    if (distributor != null) {
      distributor.close();
    }
    if (querier != null) {
      querier.close();
    }
    if (ingester != null) {
      ingester.close(config.ingester().lifecycler().unregisterOnShutdown() && isFlushed());
    }
    if (server != null) {
      server.close(config.server().gracefulShutdownTimeout());
    }
    while (!closers.isEmpty()) {
      closers.pop().run();
    }
  }
}
