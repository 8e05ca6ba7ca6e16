package io.skald.common.rpc;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.skald.common.tls.TlsSettings;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/** TLS for HTTP/2 from settings that may change: each connection begins with the latest. */
final class FollowedSslContext extends SslContext {
  private static final ApplicationProtocolConfig HTTP_2 =
      new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          "h2");

  private final boolean client;
  private final Supplier<TlsSettings> settings;

  FollowedSslContext(boolean client, Supplier<TlsSettings> settings) {
    this.client = client;
    this.settings = settings;
  }

  private JdkSslContext now() {
    TlsSettings latest = settings.get();
    return new JdkSslContext(
        latest.context(),
        client,
        latest.suites().isEmpty() ? null : latest.suites(),
        IdentityCipherSuiteFilter.INSTANCE,
        HTTP_2,
        switch (latest.clients()) {
          case NOT_ASKED -> ClientAuth.NONE;
          case ASKED -> ClientAuth.OPTIONAL;
          case REQUIRED -> ClientAuth.REQUIRE;
        },
        latest.protocols().toArray(String[]::new),
        false);
  }

  @Override
  public boolean isClient() {
    return client;
  }

  @Override
  public List<String> cipherSuites() {
    return now().cipherSuites();
  }

  @Override
  @SuppressWarnings("deprecation") // the type that the superclass returns
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return now().applicationProtocolNegotiator();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return now().newEngine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return now().newEngine(allocator, peerHost, peerPort);
  }

  @Override
  public SSLSessionContext sessionContext() {
    return now().sessionContext();
  }

  @Override
  public String toString() {
    return client ? "TLS of a client" : "TLS of a server";
  }
}
