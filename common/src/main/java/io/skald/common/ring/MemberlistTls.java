package io.skald.common.ring;

import io.skald.common.tls.ServerTls;
import io.skald.common.tls.ServerTlsConfig;

/**
 * The keys {@code memberlist.tls_*}. Every member shows its certificate, whoever opened the
 * connection, and takes only those that the authorities of {@code tlsCaPath} have signed.
 *
 * @param tlsCertPath PEM, this process's certificate
 * @param tlsKeyPath PEM, its key, PKCS #8 without password
 * @param tlsCaPath PEM, the authorities of the members' certificates
 * @param tlsServerName a name that members' certificates may carry in place of their addresses
 * @param tlsInsecureSkipVerify takes members' certificates whatever name they carry
 * @param tlsMinVersion as {@code server.tls_min_version}
 * @param tlsCipherSuites as {@code server.tls_cipher_suites}
 */
public record MemberlistTls(
    boolean tlsEnabled,
    String tlsCertPath,
    String tlsKeyPath,
    String tlsCaPath,
    String tlsServerName,
    boolean tlsInsecureSkipVerify,
    String tlsMinVersion,
    String tlsCipherSuites) {
  public static final MemberlistTls DEFAULTS =
      new MemberlistTls(false, "", "", "", "", false, "VersionTLS12", "");

  public MemberlistTls {
    if (tlsEnabled && (tlsCertPath.isEmpty() || tlsKeyPath.isEmpty() || tlsCaPath.isEmpty())) {
      throw new IllegalArgumentException(
          "memberlist.tls_enabled needs tls_cert_path, tls_key_path and tls_ca_path, as each member"
              + " shows a certificate to the others");
    }
    ServerTls.protocols(tlsMinVersion);
    ServerTls.suites(tlsCipherSuites);
  }

  /** Returns the files, as of a listener that takes none without certificate. */
  public ServerTlsConfig files() {
    return new ServerTlsConfig(
        tlsCertPath, tlsKeyPath, ServerTlsConfig.REQUIRE_AND_VERIFY, tlsCaPath);
  }
}
