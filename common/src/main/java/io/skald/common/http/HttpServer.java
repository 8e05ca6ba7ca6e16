package io.skald.common.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.skald.common.time.Clock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 server. Start and close it once each. */
@SuppressWarnings("FutureReturnValueIgnored") // closing needs no confirmation
public final class HttpServer {
  private static final int EVENT_LOOPS = 2;
  private static final int MAX_INITIAL_LINE = 256 << 10;
  private static final int MAX_CHUNK = 64 << 10;

  private final HttpServerConfig config;
  private final Router router;
  private final Guard guard;
  private final @Nullable Supplier<SSLEngine> tls;
  private final RequestObserver observer;
  private final Clock clock;
  private final BodyBudget budget;
  private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ConnectionCounts counts;
  private final Drain drain = new Drain();
  private final OpenSockets sockets = new OpenSockets();
  private @Nullable EventLoopGroup loops;
  private @Nullable Channel listener;
  private boolean closed;

  /** A server without TLS that lets everybody in. */
  public HttpServer(HttpServerConfig config, Router router, RequestObserver observer, Clock clock) {
    this(config, router, Guard.NONE, null, observer, clock);
  }

  /**
   * @param tls makes the server's side of each new connection; null leaves connections plain
   */
  public HttpServer(
      HttpServerConfig config,
      Router router,
      Guard guard,
      @Nullable Supplier<SSLEngine> tls,
      RequestObserver observer,
      Clock clock) {
    this.config = config;
    this.router = router;
    this.guard = guard;
    this.tls = tls;
    this.observer = observer;
    this.clock = clock;
    this.budget = new BodyBudget(config.maxInflightBodyBytes());
    this.counts = new ConnectionCounts(config.maxConnections(), config.maxConnectionsPerAddress());
  }

  /**
   * Binds and serves.
   *
   * @throws IllegalStateException if the address cannot be bound
   */
  public void start() {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(EVENT_LOOPS, io);
    loops = group;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(64 << 10, 1 << 20))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    connect(channel);
                  }
                });
    InetSocketAddress address =
        config.address().isEmpty()
            ? new InetSocketAddress(config.port())
            : new InetSocketAddress(config.address(), config.port());
    try {
      listener = bootstrap.bind(address).syncUninterruptibly().channel();
    } catch (RuntimeException e) {
      throw cannotListen(group, address, e);
    } catch (Exception e) {
      // Netty rethrows the bind failure, a checked exception, without declaring it.
      throw cannotListen(group, address, e);
    }
  }

  private static IllegalStateException cannotListen(
      EventLoopGroup group, InetSocketAddress address, Exception cause) {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    return new IllegalStateException(
        "cannot listen on "
            + address.getHostString()
            + ":"
            + address.getPort()
            + ": "
            + cause.getMessage()
            + "; is another process using the port?",
        cause);
  }

  private void connect(SocketChannel channel) {
    InetAddress client = channel.remoteAddress().getAddress();
    if (!counts.tryOpen(client)) {
      channel.close();
      return;
    }
    channel.closeFuture().addListener(_ -> counts.closed(client));
    connections.add(channel);
    Connection connection =
        new Connection(
            config, router, guard, observer, clock, budget, counts, handlers, drain, sockets);
    if (tls != null) {
      channel.pipeline().addLast(encryption(tls.get()));
    }
    channel
        .pipeline()
        .addLast(Connection.DEADLINES, connection.deadlines())
        .addLast(
            new StrictRequestDecoder(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(MAX_INITIAL_LINE)
                    .setMaxHeaderSize(config.maxHeaderBytes())
                    .setMaxChunkSize(MAX_CHUNK)))
        .addLast(new HttpResponseEncoder())
        .addLast(new FlowControlHandler())
        .addLast(connection);
  }

  private SslHandler encryption(SSLEngine engine) {
    SslHandler handler = new SslHandler(engine);
    handler.setHandshakeTimeoutMillis(config.handshakeTimeout().toMillis());
    handler
        .handshakeFuture()
        .addListener(handshake -> {
          if (!handshake.isSuccess()) {
            counts.handshakeFailed();
          }
        });
    return handler;
  }

  /** Returns the state of connections and requests. */
  public HttpServerStatistics statistics() {
    return counts.statistics(drain, sockets, budget);
  }

  /** Returns the bound port. */
  public int port() {
    if (listener == null) {
      throw new IllegalStateException("the server is not started");
    }
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Stops accepting, lets running requests finish for at most {@code patience}, closes. */
  public synchronized void close(Duration patience) {
    if (closed) {
      return;
    }
    closed = true;
    if (listener != null) {
      listener.close().syncUninterruptibly();
    }
    drain.begin();
    sockets.closeAll(Connection.GOING_AWAY, "the server is stopping");
    drain.await(patience);
    connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
    handlers.shutdownNow();
    if (loops != null) {
      loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
  }
}
