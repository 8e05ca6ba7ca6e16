package io.skald.common.tls;

import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Makes the client's side of TLS from files. */
public final class ClientTls {
  private ClientTls() {}

  /** Returns the files that a configuration names, in the order that {@link #context} takes. */
  public static List<Path> files(ClientTlsConfig config) {
    return Stream.of(config.caFile(), config.certFile(), config.keyFile())
        .filter(file -> !file.isEmpty())
        .map(Path::of)
        .toList();
  }

  /**
   * Makes a context.
   *
   * @param contents of {@link #files}
   * @throws IllegalArgumentException if a file is no good
   */
  public static SSLContext context(ClientTlsConfig config, List<byte[]> contents) {
    List<byte[]> left = new ArrayList<>(contents);
    try {
      TrustManager @Nullable [] trust = null;
      if (config.insecureSkipVerify()) {
        trust = new TrustManager[] {new TrustsAll()};
      } else if (!config.caFile().isEmpty()) {
        trust = Pem.trustManagers(Pem.certificates(config.caFile(), left.removeFirst()));
      }
      KeyManager @Nullable [] keys = null;
      if (!config.certFile().isEmpty()) {
        List<X509Certificate> chain = Pem.certificates(config.certFile(), left.removeFirst());
        PrivateKey key =
            Pem.privateKey(config.keyFile(), left.removeFirst(), chain.getFirst().getPublicKey());
        keys = Pem.keyManagers(key, chain);
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /**
   * Returns what trusts servers that the authorities of a file have signed.
   *
   * @throws IllegalArgumentException if the file is no good
   */
  public static X509TrustManager trusting(String caFile, byte[] pem) {
    try {
      return (X509TrustManager) Pem.trustManagers(Pem.certificates(caFile, pem))[0];
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  /** Returns what trusts every server, whatever its name. */
  public static X509TrustManager trustingAll() {
    return new TrustsAll();
  }

  /** For insecure_skip_verify; the extended kind also leaves the check of the host's name out. */
  private static final class TrustsAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
