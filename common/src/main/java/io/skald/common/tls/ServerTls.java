package io.skald.common.tls;

import io.skald.common.reload.FileReloads;
import io.skald.common.reload.FileValue;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of TLS. Every connection is made from the files as they were last read; those
 * that are open keep what they began with.
 */
public final class ServerTls implements Supplier<SSLEngine> {
  private static final String TLS_13 = "TLSv1.3";

  private final ServerTlsConfig config;
  private final String[] protocols;
  private final String[] suites;
  private final Clock clock;
  private final FileValue<State> state;

  /** One reading of the files. */
  private record State(SSLContext context, long expiresEpochSeconds) {}

  /**
   * Reads the files.
   *
   * @param minVersion {@code VersionTLS12} or {@code VersionTLS13}; "" is the former
   * @param cipherSuites for TLS 1.2, by their IANA names with commas between; "" takes the JDK's
   *     choice. Those of TLS 1.3 are all safe and always on, as in Loki
   * @throws IllegalArgumentException if a file or a setting is no good
   */
  public ServerTls(
      ServerTlsConfig config,
      String minVersion,
      String cipherSuites,
      FileReloads reloads,
      Clock clock) {
    this.config = config;
    this.clock = clock;
    this.protocols = protocols(minVersion);
    this.suites = suites(cipherSuites);
    List<Path> files = new ArrayList<>();
    files.add(Path.of(config.certFile()));
    files.add(Path.of(config.keyFile()));
    if (config.verifiesClients()) {
      files.add(Path.of(config.clientCaFile()));
    }
    this.state = reloads.watch("TLS certificate", files, this::load);
  }

  /**
   * Checks a setting.
   *
   * @throws IllegalArgumentException if it is none, or an unsafe one
   */
  public static String[] protocols(String minVersion) {
    return switch (minVersion) {
      case "", "VersionTLS12" -> new String[] {TLS_13, "TLSv1.2"};
      case "VersionTLS13" -> new String[] {TLS_13};
      case "VersionTLS10", "VersionTLS11" ->
          throw new IllegalArgumentException(
              "tls_min_version "
                  + minVersion
                  + " is no longer safe (RFC 8996); use VersionTLS12 or VersionTLS13");
      default ->
          throw new IllegalArgumentException(
              "tls_min_version must be VersionTLS12 or VersionTLS13: " + minVersion);
    };
  }

  /**
   * Checks a setting.
   *
   * @return the suites that are on
   * @throws IllegalArgumentException if one is unknown or off by default, which only unsafe ones
   *     are
   */
  public static String[] suites(String cipherSuites) {
    SSLParameters defaults = defaultParameters();
    if (cipherSuites.isBlank()) {
      return defaults.getCipherSuites();
    }
    Set<String> known = Set.of(defaults.getCipherSuites());
    List<String> chosen =
        Arrays.stream(cipherSuites.split(","))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .toList();
    for (String suite : chosen) {
      if (!known.contains(suite)) {
        throw new IllegalArgumentException(
            "tls_cipher_suites: unknown or unsafe suite '"
                + suite
                + "'; known: "
                + String.join(", ", defaults.getCipherSuites()));
      }
    }
    Stream<String> modern = known.stream().filter(ServerTls::isOfTls13).sorted();
    return Stream.concat(modern, chosen.stream().filter(suite -> !isOfTls13(suite)))
        .toArray(String[]::new);
  }

  /** Those of TLS 1.3 name no key exchange. */
  private static boolean isOfTls13(String suite) {
    return !suite.contains("_WITH_");
  }

  private static SSLParameters defaultParameters() {
    try {
      return SSLContext.getDefault().getDefaultSSLParameters();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no TLS", e);
    }
  }

  private State load(List<byte[]> contents) {
    List<X509Certificate> chain = Pem.certificates(config.certFile(), contents.get(0));
    X509Certificate own = chain.getFirst();
    Instant expires = own.getNotAfter().toInstant();
    if (expires.toEpochMilli() <= clock.nowMillis()) {
      throw new IllegalArgumentException(
          "the certificate in " + config.certFile() + " has expired at " + expires);
    }
    PrivateKey key = Pem.privateKey(config.keyFile(), contents.get(1), own.getPublicKey());
    try {
      TrustManager @Nullable [] trust =
          config.verifiesClients()
              ? Pem.trustManagers(Pem.certificates(config.clientCaFile(), contents.get(2)))
              : null;
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(Pem.keyManagers(key, chain), trust, null);
      return new State(context, expires.getEpochSecond());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "the certificate in " + config.certFile() + " cannot be used: " + e.getMessage(), e);
    }
  }

  /** Returns the server's side of a new connection. */
  @Override
  public SSLEngine get() {
    SSLEngine engine = state.get().context().createSSLEngine();
    engine.setUseClientMode(false);
    engine.setSSLParameters(restricted(engine.getSSLParameters()));
    return engine;
  }

  /**
   * Returns the server's side over a connection that was accepted, for blocking use; closing it
   * closes {@code accepted}.
   */
  public SSLSocket over(Socket accepted) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            state
                .get()
                .context()
                .getSocketFactory()
                .createSocket(accepted, InputStream.nullInputStream(), true);
    socket.setUseClientMode(false);
    socket.setSSLParameters(restricted(socket.getSSLParameters()));
    return socket;
  }

  private SSLParameters restricted(SSLParameters parameters) {
    parameters.setProtocols(protocols);
    parameters.setCipherSuites(suites);
    parameters.setUseCipherSuitesOrder(true);
    switch (config.clientAuthType()) {
      case ServerTlsConfig.REQUIRE_AND_VERIFY -> parameters.setNeedClientAuth(true);
      case ServerTlsConfig.VERIFY_IF_GIVEN -> parameters.setWantClientAuth(true);
      default -> parameters.setNeedClientAuth(false);
    }
    return parameters;
  }

  /** Returns what a new connection is made from. */
  public TlsSettings settings() {
    return new TlsSettings(
        state.get().context(),
        List.of(protocols),
        List.of(suites),
        switch (config.clientAuthType()) {
          case ServerTlsConfig.REQUIRE_AND_VERIFY -> TlsSettings.Clients.REQUIRED;
          case ServerTlsConfig.VERIFY_IF_GIVEN -> TlsSettings.Clients.ASKED;
          default -> TlsSettings.Clients.NOT_ASKED;
        });
  }

  /** Returns when the certificate in use expires, in seconds since the epoch. */
  public long expiresEpochSeconds() {
    return state.get().expiresEpochSeconds();
  }
}
