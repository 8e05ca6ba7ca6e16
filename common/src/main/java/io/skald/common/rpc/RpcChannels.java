package io.skald.common.rpc;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.skald.common.tls.TlsSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections to other processes, one for each address. Thread-safe. */
public final class RpcChannels implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RpcChannels.class);
  private static final long IDLE_MINUTES = 5;

  /** Enough for a connection in one network; what waits longer is as good as down. */
  private static final long RECONNECT_MILLIS = 150;

  private final RpcClientConfig config;
  private final CallTimes times;
  private final @Nullable FollowedSslContext tls;
  private final ExecutorService callbacks = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, ManagedChannel> channels = new HashMap<>(); // guarded by this
  private boolean closed; // guarded by this

  /**
   * @param tls null for none
   */
  public RpcChannels(RpcClientConfig config, @Nullable Supplier<TlsSettings> tls) {
    this(config, tls, CallObserver.NONE, () -> 0);
  }

  /**
   * As the other one, and tells of calls.
   *
   * @param nanoTime a monotonic reading in nanoseconds
   */
  public RpcChannels(
      RpcClientConfig config,
      @Nullable Supplier<TlsSettings> tls,
      CallObserver observer,
      LongSupplier nanoTime) {
    this.config = config;
    this.times = new CallTimes(observer, nanoTime);
    this.tls = tls == null ? null : new FollowedSslContext(true, tls);
  }

  /**
   * Returns the connection to an address; it is made with the first call. One that failed is tried
   * again at once, and waited for a moment: calls would fail as long as it waits for its next try.
   *
   * @param address host:port
   * @throws IllegalStateException after the end
   */
  public ManagedChannel to(String address) {
    ManagedChannel channel = known(address);
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(ConnectivityState.TRANSIENT_FAILURE, changed::countDown);
      channel.resetConnectBackoff();
      try {
        if (!changed.await(RECONNECT_MILLIS, TimeUnit.MILLISECONDS)) {
          log.debug("{} is still not reached", address);
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    return channel;
  }

  private synchronized ManagedChannel known(String address) {
    if (closed) {
      throw new IllegalStateException("the process is stopping");
    }
    return channels.computeIfAbsent(address, this::open);
  }

  private ManagedChannel open(String address) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget("dns:///" + address)
            .executor(callbacks)
            .intercept(times)
            .maxInboundMessageSize(config.maxReceivedBytes())
            .keepAliveTime(config.keepAliveTime().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(config.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .idleTimeout(IDLE_MINUTES, TimeUnit.MINUTES)
            .disableRetry();
    return tls == null ? builder.usePlaintext().build() : builder.sslContext(tls).build();
  }

  /** Closes connections to addresses that are not among these; their running calls may finish. */
  public synchronized void retain(Set<String> addresses) {
    channels
        .entrySet()
        .removeIf(entry -> {
          boolean gone = !addresses.contains(entry.getKey());
          if (gone) {
            entry.getValue().shutdown();
          }
          return gone;
        });
  }

  /** Cuts all connections. */
  @Override
  public synchronized void close() {
    closed = true;
    channels.values().forEach(ManagedChannel::shutdownNow);
    channels.clear();
    callbacks.shutdownNow();
  }
}
