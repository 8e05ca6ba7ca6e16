package io.skald.common.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that has become a WebSocket. Sends a ping every second, ignores what the client
 * says, and gives up on a client that reads nothing for long.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the channel
final class WebSocketConnection extends SimpleChannelInboundHandler<WebSocketFrame>
    implements WebSocket {
  private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
  private static final int NORMAL = 1000;

  /** A control frame holds 125 bytes, of which two are the status. */
  private static final int MAX_REASON_BYTES = 123;

  private static final long PING_SECONDS = 1;

  /** How long a client may take to answer a close frame. */
  private static final long CLOSE_SECONDS = 5;

  private final Channel channel;
  private final Duration patience;
  private final AtomicBoolean closing = new AtomicBoolean();

  /** Pings in a row that found the client behind; belongs to the event loop. */
  private long behind;

  /**
   * @param patience how long the client may be behind
   */
  WebSocketConnection(Channel channel, Duration patience) {
    this.channel = channel;
    this.patience = patience;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.executor().schedule(() -> ping(context), PING_SECONDS, TimeUnit.SECONDS);
  }

  private void ping(ChannelHandlerContext context) {
    if (!channel.isActive()) {
      return;
    }
    behind = channel.isWritable() ? 0 : behind + 1;
    if (behind * PING_SECONDS > patience.toSeconds()) {
      channel.close();
      return;
    }
    if (!closing.get() && channel.isWritable()) {
      context.writeAndFlush(new PingWebSocketFrame(Unpooled.EMPTY_BUFFER));
    }
    context.executor().schedule(() -> ping(context), PING_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    switch (frame) {
      case CloseWebSocketFrame close -> {
        if (closing.compareAndSet(false, true)) {
          int status = close.statusCode();
          finish(new CloseWebSocketFrame(status < 0 ? NORMAL : status, ""));
        } else {
          channel.close();
        }
      }
      case PingWebSocketFrame ping ->
          context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
      default -> {
        // What clients send is of no meaning here.
      }
    }
  }

  @Override
  public boolean trySend(byte[] utf8) {
    if (!isOpen() || !channel.isWritable()) {
      return false;
    }
    channel
        .writeAndFlush(new TextWebSocketFrame(Unpooled.wrappedBuffer(utf8)))
        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    return true;
  }

  @Override
  public boolean isOpen() {
    return channel.isActive() && !closing.get();
  }

  @Override
  public void close(int status, String reason) {
    if (channel.isActive() && closing.compareAndSet(false, true)) {
      channel
          .writeAndFlush(new CloseWebSocketFrame(status, cut(reason)))
          .addListener(_ ->
              channel.eventLoop().schedule(() -> channel.close(), CLOSE_SECONDS, TimeUnit.SECONDS));
    }
  }

  private void finish(CloseWebSocketFrame frame) {
    channel.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE);
  }

  /** Cuts a text to what a close frame can hold, between two characters. */
  static String cut(String reason) {
    byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
    if (utf8.length <= MAX_REASON_BYTES) {
      return reason;
    }
    int end = MAX_REASON_BYTES;
    while ((utf8[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(utf8, 0, end, StandardCharsets.UTF_8);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A reset, or a frame against the rules, which the decoder has answered.
    LOG.debug("web socket failed", cause);
    context.close();
  }
}
