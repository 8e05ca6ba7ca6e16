package io.skald.common.rpc;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.skald.common.tls.TlsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A gRPC port. It also answers the health protocol of gRPC. Start and close once each. */
public final class RpcServer implements AutoCloseable {
  /** The most header bytes of a call; there is a tenant and a deadline in them. */
  private static final int MAX_METADATA_BYTES = 16 << 10;

  private final RpcServerConfig config;
  private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server;

  /**
   * @param tls null for none
   */
  public RpcServer(
      RpcServerConfig config, List<RpcService> services, @Nullable Supplier<TlsSettings> tls) {
    this(config, services, tls, CallObserver.NONE, () -> 0);
  }

  /**
   * As the other one, and tells of calls.
   *
   * @param nanoTime a monotonic reading in nanoseconds
   */
  public RpcServer(
      RpcServerConfig config,
      List<RpcService> services,
      @Nullable Supplier<TlsSettings> tls,
      CallObserver observer,
      LongSupplier nanoTime) {
    this.config = config;
    var names =
        services.stream()
            .map(service -> service.definition().getServiceDescriptor().getName())
            .collect(Collectors.toUnmodifiableSet());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(bindAddress(config))
            .executor(handlers)
            .maxInboundMessageSize(config.maxReceivedBytes())
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .maxConcurrentCallsPerConnection(config.maxConcurrentStreams())
            .keepAliveTime(config.keepAliveTime().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(config.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(config.minTimeBetweenPings().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveWithoutCalls(true)
            .intercept(CallTenant.requiring(names::contains))
            .intercept(new CallTimes(observer, nanoTime))
            .addService(health.getHealthService());
    if (tls != null) {
      builder.sslContext(new FollowedSslContext(false, tls));
    }
    services.forEach(service -> builder.addService(service.definition()));
    server = builder.build();
  }

  private static InetSocketAddress bindAddress(RpcServerConfig config) {
    return config.listenAddress().isEmpty()
        ? new InetSocketAddress(config.listenPort())
        : new InetSocketAddress(config.listenAddress(), config.listenPort());
  }

  /**
   * Listens.
   *
   * @throws IllegalStateException if the port is taken
   */
  public void start() {
    try {
      server.start();
    } catch (IOException e) {
      throw new IllegalStateException(
          "cannot listen on the gRPC port "
              + config.listenAddress()
              + ":"
              + config.listenPort()
              + ": "
              + (e.getCause() == null ? e.getMessage() : e.getCause().getMessage()),
          e);
    }
  }

  /** Says by the health protocol whether calls are welcome. */
  public void serving(boolean ready) {
    health.setStatus(
        HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
        ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  public int port() {
    return server.getPort();
  }

  /** Takes no new calls, lets running ones finish for a while, then cuts them. */
  public void close(Duration grace) {
    health.enterTerminalState();
    server.shutdown();
    try {
      if (!server.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS)) {
        server.shutdownNow();
        server.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      server.shutdownNow();
    }
    handlers.shutdownNow();
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
