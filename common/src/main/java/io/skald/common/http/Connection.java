package io.skald.common.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.skald.common.time.Clock;
import io.skald.common.trace.RequestTrace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: collects a request, has it answered, writes the answer, reads the next. The codec
 * in front of it is held back by auto-read, so that pipelined requests are answered one by one.
 *
 * <p>All fields belong to the event loop of the connection.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a failed write reaches exceptionCaught or its listener
final class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  /** Smaller bodies do not get smaller by much. */
  private static final int MIN_COMPRESSED_BYTES = 1400;

  private static final int BAD_REQUEST = 400;

  /**
   * Memory that a head alone gets for its body. What it declares beyond that must arrive before it
   * is reserved, or a few silent connections would hold the whole budget.
   */
  private static final int FIRST_BODY_BYTES = 256 << 10;

  private static final int BODY_GROWTH = 4;

  /** What is told of the header that names tenants; it may be as long as all headers. */
  private static final int MAX_TENANT = 512;

  private static final Duration LINGER = Duration.ofSeconds(1);

  /** The name of {@link #deadlines} in the pipeline. */
  static final String DEADLINES = "deadlines";

  private static final int UPGRADE_REQUIRED = 426;
  private static final int NORMAL_CLOSURE = 1000;
  static final int GOING_AWAY = 1001;
  private static final int INTERNAL_ERROR = 1011;

  /** Clients have nothing to say; a larger frame is against the rules. */
  private static final int MAX_FRAME = 64 << 10;

  private static final WebSocketServerHandshakerFactory HANDSHAKES =
      new WebSocketServerHandshakerFactory(
          "",
          null,
          WebSocketDecoderConfig.newBuilder()
              .allowExtensions(false)
              .maxFramePayloadLength(MAX_FRAME)
              .build());

  private final HttpServerConfig config;
  private final CrossOrigin crossOrigin;
  private final Router router;
  private final Guard guard;
  private final RequestObserver observer;
  private final Clock clock;
  private final BodyBudget budget;
  private final ConnectionCounts counts;
  private final Executor handlers;
  private final Drain drain;
  private final OpenSockets sockets;
  private final AtomicBoolean clientGone = new AtomicBoolean();

  /** The request whose body is being read, or null. */
  private @Nullable Pending pending;

  private boolean answering;

  /** Whether the guard is being asked; what follows the head waits. */
  private boolean deciding;

  /** When the first byte of the request came, by the monotonic clock. */
  private long firstByteNanos;

  /** Whether the last answer is out and what still comes is thrown away. */
  private boolean lingering;

  /** Whether one more message has been asked for: more than one would overtake an answer. */
  private boolean asked;

  private @Nullable Future<?> deadline;

  Connection(
      HttpServerConfig config,
      Router router,
      Guard guard,
      RequestObserver observer,
      Clock clock,
      BodyBudget budget,
      ConnectionCounts counts,
      Executor handlers,
      Drain drain,
      OpenSockets sockets) {
    this.config = config;
    this.crossOrigin = new CrossOrigin(config.corsAllowedOrigins());
    this.router = router;
    this.guard = guard;
    this.observer = observer;
    this.clock = clock;
    this.budget = budget;
    this.counts = counts;
    this.handlers = handlers;
    this.drain = drain;
    this.sockets = sockets;
  }

  /** A request on its way in. */
  private static final class Pending {
    final io.netty.handler.codec.http.HttpRequest head;
    final Router.Route route;
    final String path;
    final String query;
    final String pathParameter;
    final long startedNanos;
    final AtomicReference<WebSocket.@Nullable Conversation> conversation = new AtomicReference<>();
    final int declared;
    byte[] body;
    int length;
    long reserved;

    Pending(
        io.netty.handler.codec.http.HttpRequest head,
        Router.Route route,
        String path,
        String query,
        String pathParameter,
        long startedNanos,
        int expected) {
      this.head = head;
      this.route = route;
      this.path = path;
      this.query = query;
      this.pathParameter = pathParameter;
      this.startedNanos = startedNanos;
      this.declared = expected;
      this.body = new byte[Math.min(expected, FIRST_BODY_BYTES)];
    }
  }

  /** Starts the clock of a request at its first byte, before the codec sees it. */
  ChannelHandler deadlines() {
    return new ChannelInboundHandlerAdapter() {
      private boolean inRequest;

      @Override
      public void channelRead(ChannelHandlerContext context, Object message) {
        if (!inRequest && !answering) {
          inRequest = true;
          firstByteNanos = clock.monotonicNanos();
          arm(context, config.readHeaderTimeout());
        }
        context.fireChannelRead(message);
      }

      @Override
      public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == Boundary.REQUEST_DONE) {
          inRequest = false;
        } else {
          context.fireUserEventTriggered(event);
        }
      }
    };
  }

  private enum Boundary {
    REQUEST_DONE
  }

  private void arm(ChannelHandlerContext context, Duration time) {
    disarm();
    deadline =
        context.executor().schedule(() -> timeOut(context), time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void timeOut(ChannelHandlerContext context) {
    if (!lingering) {
      counts.timedOut();
    }
    context.channel().close();
  }

  private void disarm() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    arm(context, config.idleTimeout());
    ask(context);
  }

  private void ask(ChannelHandlerContext context) {
    if (!asked && !answering && !deciding) {
      asked = true;
      context.read();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    clientGone.set(true);
    disarm();
    release();
    context.fireChannelInactive();
  }

  /** The body is not what its framing says: whatever came of it is not the body. */
  private void abort(ChannelHandlerContext context) {
    if (pending != null) {
      release();
      refuseImproper(context, HttpResponse.error(BAD_REQUEST, "malformed request body\n"));
    }
  }

  private void release() {
    if (pending != null) {
      budget.giveBack(pending.reserved);
      pending = null;
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    asked = false;
    if (lingering) {
      ReferenceCountUtil.release(message);
      context.read();
      return;
    }
    try {
      if (message instanceof io.netty.handler.codec.http.HttpRequest head) {
        begin(context, head);
      }
      if (message instanceof HttpContent content) {
        if (content.decoderResult().isFailure()) {
          abort(context);
          return;
        }
        take(context, content.content());
        if (content instanceof LastHttpContent && pending != null) {
          dispatch(context, pending);
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
    ask(context);
  }

  /**
   * Bytes came, but no whole message: the flow control in front has forgotten that one is wanted.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (lingering) {
      context.read();
    } else if (asked) {
      asked = false;
      ask(context);
    }
    context.fireChannelReadComplete();
  }

  private void begin(ChannelHandlerContext context, io.netty.handler.codec.http.HttpRequest head) {
    if (!head.decoderResult().isSuccess()) {
      refuseMalformed(context, head.decoderResult().cause());
      return;
    }
    HttpResponse improper = RequestHeads.refusal(head, config.maxHeaders());
    if (improper != null) {
      refuseImproper(context, improper);
      return;
    }
    Duration left = config.readTimeout().minusNanos(clock.monotonicNanos() - firstByteNanos);
    arm(context, left.isPositive() ? left : Duration.ZERO);
    String uri = head.uri();
    int mark = uri.indexOf('?');
    String path = mark < 0 ? uri : uri.substring(0, mark);
    String query = mark < 0 ? "" : uri.substring(mark + 1);
    Router.Match match;
    try {
      match = router.match(head.method().name(), path);
    } catch (HttpException e) {
      refuse(context, head, HttpResponse.error(e.status(), String.valueOf(e.getMessage())));
      return;
    }
    switch (match) {
      case Router.Match.NotFound() ->
          refuse(context, head, HttpResponse.error(404, "404 page not found\n"));
      case Router.Match.WrongMethod(List<String> allowed) ->
          refuse(
              context,
              head,
              crossOrigin.isPreflight(head)
                  ? crossOrigin.preflight(head, allowed)
                  : HttpResponse.empty(405));
      case Router.Match.Moved(String cleaned) ->
          refuse(
              context,
              head,
              HttpResponse.empty(301)
                  .withHeader("Location", query.isEmpty() ? cleaned : cleaned + "?" + query));
      case Router.Match.Found(Router.Route route, String parameter) ->
          admit(context, head, route, () -> accept(context, head, route, path, query, parameter));
    }
  }

  /** Goes on if the guard lets the request pass, else answers in its words. */
  private void admit(
      ChannelHandlerContext context,
      io.netty.handler.codec.http.HttpRequest head,
      Router.Route route,
      Runnable goOn) {
    Guard.Attempt attempt =
        new Guard.Attempt(
            route.permission(),
            head.headers().getAll(HttpHeaderNames.AUTHORIZATION),
            head.headers().getAll(TenantHeader.NAME),
            ClientCertificate.of(context.pipeline()));
    Optional<Guard.Decision> atOnce = guard.decideAtOnce(attempt);
    if (atOnce.isPresent()) {
      settle(context, head, route, atOnce.get(), goOn);
      return;
    }
    deciding = true;
    handlers.execute(() -> {
      Guard.Decision decision = decide(attempt, route);
      context
          .executor()
          .execute(() -> {
            deciding = false;
            if (!clientGone.get()) {
              settle(context, head, route, decision, goOn);
              ask(context);
            }
          });
    });
  }

  private Guard.Decision decide(Guard.Attempt attempt, Router.Route route) {
    try {
      return guard.decide(attempt);
    } catch (RuntimeException | Error e) {
      // An Error too: who cannot be checked is not let in, and the connection goes on.
      LOG.error("the caller of {} could not be checked", route.template(), e);
      return new Guard.Decision.Refused(
          HttpResponse.error(500, "internal error, see the server's log\n"));
    }
  }

  private void settle(
      ChannelHandlerContext context,
      io.netty.handler.codec.http.HttpRequest head,
      Router.Route route,
      Guard.Decision decision,
      Runnable goOn) {
    switch (decision) {
      case Guard.Decision.Refused(HttpResponse response) ->
          refuse(context, head, route.template(), response);
      case Guard.Decision.Allowed(String tenant) -> {
        if (!tenant.isEmpty()) {
          head.headers().set(TenantHeader.NAME, tenant);
        }
        goOn.run();
      }
    }
  }

  private void accept(
      ChannelHandlerContext context,
      io.netty.handler.codec.http.HttpRequest head,
      Router.Route route,
      String path,
      String query,
      String parameter) {
    long declared = HttpUtil.getContentLength(head, -1L);
    if (declared > route.maxBodyBytes()) {
      refuse(context, head, tooLarge(route, declared));
      return;
    }
    Pending request =
        new Pending(
            head,
            route,
            path,
            query,
            parameter,
            clock.monotonicNanos(),
            (int) Math.max(0, declared));
    if (!budget.tryTake(request.body.length)) {
      refuse(
          context,
          head,
          HttpResponse.error(503, "too many request bodies in flight, try again later\n"));
      return;
    }
    request.reserved = request.body.length;
    pending = request;
    if (HttpUtil.is100ContinueExpected(head)) {
      context.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  private static HttpResponse tooLarge(Router.Route route, long bytes) {
    return route.push()
        ? HttpResponse.error(
            413,
            "request body too large: message size too large than max ("
                + bytes
                + " vs "
                + route.maxBodyBytes()
                + ")\n")
        : HttpResponse.error(BAD_REQUEST, "http: POST too large");
  }

  private void take(ChannelHandlerContext context, ByteBuf content) {
    Pending request = pending;
    int count = content.readableBytes();
    if (request == null || count == 0) {
      return;
    }
    long length = (long) request.length + count;
    if (length > request.route.maxBodyBytes()) {
      release();
      refuse(context, request.head, tooLarge(request.route, length));
      return;
    }
    if (length > request.body.length) {
      long enough =
          length <= request.declared
              ? Math.min(request.declared, BODY_GROWTH * length)
              : Math.min(request.route.maxBodyBytes(), 2 * length);
      int grown = (int) enough;
      if (!budget.tryTake(grown - request.reserved)) {
        release();
        refuse(
            context,
            request.head,
            HttpResponse.error(503, "too many request bodies in flight, try again later\n"));
        return;
      }
      request.reserved = grown;
      request.body = java.util.Arrays.copyOf(request.body, grown);
    }
    content.readBytes(request.body, request.length, count);
    request.length += count;
  }

  private void dispatch(ChannelHandlerContext context, Pending request) {
    pending = null;
    answering = true;
    disarm();
    drain.enter();
    handlers.execute(() -> {
      String route = request.route.template();
      RequestTrace trace;
      HttpResponse response;
      try {
        trace =
            observer.begin(
                route,
                request.head.method().name(),
                request.startedNanos,
                request.head.headers()::get);
        try (LogContext _ = LogContext.begin(tenant(request.head), trace.traceId())) {
          response = handle(request, trace);
        }
      } finally {
        budget.giveBack(request.reserved);
      }
      HttpResponse answer = compressed(request.head, response);
      trace.end(answer.status());
      long nanos = clock.monotonicNanos() - request.startedNanos;
      observer.answered(answered(request.head, route, answer, nanos, request.length, trace));
      WebSocket.Conversation conversation = request.conversation.get();
      context
          .executor()
          .execute(
              answer.status() == HttpRequest.SWITCHING_PROTOCOLS && conversation != null
                  ? () -> upgrade(context, request.head, conversation)
                  : () -> write(context, request.head, answer, drain.hasBegun()));
    });
  }

  private static AnsweredRequest answered(
      io.netty.handler.codec.http.HttpRequest head,
      String route,
      HttpResponse answer,
      long nanos,
      long requestBytes,
      RequestTrace trace) {
    String uri = head.uri();
    int mark = uri.indexOf('?');
    return new AnsweredRequest(
        route,
        head.method().name(),
        mark < 0 ? uri : uri.substring(0, mark),
        answer.status(),
        nanos,
        tenant(head),
        requestBytes,
        answer.length(),
        trace.traceId());
  }

  /** Returns what the head says, unchecked but of bounded length; "" if nothing. */
  private static String tenant(io.netty.handler.codec.http.HttpRequest head) {
    String tenant = head.headers().get(TenantHeader.NAME);
    return tenant == null ? "" : tenant.substring(0, Math.min(tenant.length(), MAX_TENANT));
  }

  /** Makes the connection a WebSocket; this handler and what serves it go. */
  private void upgrade(
      ChannelHandlerContext context,
      io.netty.handler.codec.http.HttpRequest head,
      WebSocket.Conversation conversation) {
    WebSocketServerHandshaker handshaker = HANDSHAKES.newHandshaker(head);
    if (handshaker == null) {
      write(
          context,
          head,
          HttpResponse.error(UPGRADE_REQUIRED, "only version 13 of WebSocket is spoken\n")
              .withHeader("Sec-Websocket-Version", "13"),
          true);
      return;
    }
    Channel channel = context.channel();
    WebSocketConnection socket = new WebSocketConnection(channel, config.writeTimeout());
    ChannelPipeline pipeline = context.pipeline();
    handshaker
        .handshake(
            channel,
            new DefaultFullHttpRequest(
                head.protocolVersion(),
                head.method(),
                head.uri(),
                Unpooled.EMPTY_BUFFER,
                head.headers(),
                EmptyHttpHeaders.INSTANCE))
        .addListener(handshake -> {
          drain.leave();
          if (handshake.isSuccess()) {
            handlers.execute(() -> hold(socket, conversation));
          } else {
            channel.close();
          }
        });
    sockets.opened(channel, socket);
    pipeline.remove(DEADLINES);
    pipeline.remove(FlowControlHandler.class);
    pipeline.replace(this, "websocket", socket);
    channel.config().setAutoRead(true);
  }

  private static void hold(WebSocketConnection socket, WebSocket.Conversation conversation) {
    try {
      conversation.hold(socket);
      socket.close(NORMAL_CLOSURE, "");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      socket.close(GOING_AWAY, "the server is stopping");
    } catch (RuntimeException | Error e) {
      LOG.error("a web socket's conversation failed", e);
      socket.close(INTERNAL_ERROR, "internal error, see the server's log");
    }
  }

  private HttpResponse handle(Pending request, RequestTrace trace) {
    try {
      return request.route.handler().handle(toRequest(request, trace));
    } catch (HttpException e) {
      return HttpResponse.error(e.status(), String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      // An Error too: whatever happened, the client gets an answer and the connection goes on.
      LOG.error("{} {} failed", request.head.method(), request.path, e);
      return HttpResponse.error(500, "internal error, see the server's log\n");
    }
  }

  private HttpRequest toRequest(Pending request, RequestTrace trace) {
    Map<String, List<String>> headers = new HashMap<>();
    for (Map.Entry<String, String> header : request.head.headers()) {
      HttpRequest.add(headers, header.getKey().toLowerCase(Locale.ROOT), header.getValue());
    }
    byte[] body =
        request.length == request.body.length
            ? request.body
            : java.util.Arrays.copyOf(request.body, request.length);
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    UrlEncoding.decodePairs(request.query, parameters);
    String type = headers.getOrDefault("content-type", List.of("")).getFirst();
    if (!request.route.push() && type.startsWith("application/x-www-form-urlencoded")) {
      UrlEncoding.decodePairs(new String(body, StandardCharsets.UTF_8), parameters);
    }
    return new HttpRequest(
        request.head.method().name(),
        request.path,
        request.pathParameter,
        parameters,
        headers,
        body,
        clientGone,
        request.conversation,
        trace);
  }

  private HttpResponse compressed(
      io.netty.handler.codec.http.HttpRequest head, HttpResponse response) {
    String accepted = head.headers().get(HttpHeaderNames.ACCEPT_ENCODING, "");
    if (!config.compressResponses()
        || !accepted.contains("gzip")
        || response.length() < MIN_COMPRESSED_BYTES) {
      return response;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) (response.length() / 4));
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      for (byte[] segment : response.body()) {
        gzip.write(segment);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return new HttpResponse(
            response.status(),
            response.contentType(),
            response.headers(),
            List.of(bytes.toByteArray()))
        .withHeader("Content-Encoding", "gzip")
        .withHeader("Vary", "Accept-Encoding");
  }

  /** Answers without reading the body; the connection is closed if one is still to come. */
  private void refuse(
      ChannelHandlerContext context,
      io.netty.handler.codec.http.HttpRequest head,
      HttpResponse response) {
    refuse(context, head, AnsweredRequest.OTHER, response);
  }

  private void refuse(
      ChannelHandlerContext context,
      io.netty.handler.codec.http.HttpRequest head,
      String route,
      HttpResponse response) {
    observer.answered(answered(head, route, response, 0, 0, RequestTrace.NONE));
    boolean bodyFollows =
        HttpUtil.getContentLength(head, 0L) > 0 || HttpUtil.isTransferEncodingChunked(head);
    answering = true;
    drain.enter();
    write(context, head, response, bodyFollows || drain.hasBegun());
  }

  private void refuseMalformed(ChannelHandlerContext context, @Nullable Throwable cause) {
    int status =
        cause instanceof TooLongHttpHeaderException
            ? 431
            : cause instanceof TooLongHttpLineException ? 414 : BAD_REQUEST;
    String text =
        switch (status) {
          case 431 -> "request header fields too large\n";
          case 414 -> "request line too long\n";
          default -> "malformed HTTP request\n";
        };
    refuseImproper(context, HttpResponse.error(status, text));
  }

  /** Answers a head after which the bytes that follow cannot be told apart. */
  private void refuseImproper(ChannelHandlerContext context, HttpResponse response) {
    answering = true;
    drain.enter();
    observer.answered(
        new AnsweredRequest(
            AnsweredRequest.OTHER, "", "", response.status(), 0, "", 0, response.length(), ""));
    write(context, null, response, true);
  }

  private void write(
      ChannelHandlerContext context,
      io.netty.handler.codec.http.@Nullable HttpRequest head,
      HttpResponse response,
      boolean close) {
    boolean keepAlive = !close && head != null && HttpUtil.isKeepAlive(head);
    DefaultHttpResponse message =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
    if (!response.contentType().isEmpty()) {
      message.headers().set(HttpHeaderNames.CONTENT_TYPE, response.contentType());
    }
    response.headers().forEach((name, value) -> message.headers().set(name, value));
    crossOrigin.allow(head, message.headers());
    if (response.status() != 204) {
      message.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.length());
    }
    if (!keepAlive) {
      message.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (head != null && head.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
      message.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
    List<ByteBuf> segments = new ArrayList<>();
    for (byte[] segment : response.body()) {
      segments.add(Unpooled.wrappedBuffer(segment));
    }
    arm(context, config.writeTimeout());
    context.write(message);
    ByteBuf body =
        segments.isEmpty()
            ? Unpooled.EMPTY_BUFFER
            : Unpooled.wrappedBuffer(segments.toArray(ByteBuf[]::new));
    ChannelFuture written = context.writeAndFlush(new DefaultLastHttpContent(body));
    written.addListener(
        (ChannelFutureListener)
            future -> {
              drain.leave();
              if (!future.isSuccess()) {
                context.channel().close();
                return;
              }
              if (!keepAlive) {
                linger(context);
                return;
              }
              answering = false;
              context.pipeline().fireUserEventTriggered(Boundary.REQUEST_DONE);
              arm(context, config.idleTimeout());
              ask(context);
            });
  }

  /**
   * Ends the sending side and throws away what the client still sends until it closes or a moment
   * has passed: to close with unread bytes would reset the connection and take the answer with it.
   */
  private void linger(ChannelHandlerContext context) {
    if (context.channel() instanceof SocketChannel socket) {
      lingering = true;
      arm(context, LINGER);
      SslHandler tls = context.pipeline().get(SslHandler.class);
      if (tls == null) {
        socket.shutdownOutput();
      } else {
        tls.closeOutbound().addListener(_ -> socket.shutdownOutput());
      }
      context.read();
    } else {
      context.channel().close();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event != Boundary.REQUEST_DONE) {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A reset or a broken pipe: the client is gone, there is nobody to tell.
    LOG.debug("connection failed", cause);
    context.close();
  }
}
