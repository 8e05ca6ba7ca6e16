package io.skald.common.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** The certificate that a client has shown in its handshake. */
final class ClientCertificate {
  private ClientCertificate() {}

  /** Returns the verified certificate, or null if there was none or no TLS. */
  static @Nullable X509Certificate of(ChannelPipeline pipeline) {
    SslHandler tls = pipeline.get(SslHandler.class);
    if (tls == null) {
      return null;
    }
    try {
      return tls.engine().getSession().getPeerCertificates()[0] instanceof X509Certificate own
          ? own
          : null;
    } catch (SSLPeerUnverifiedException _) {
      return null; // the JDK's way to say that the client has shown none
    }
  }
}
