package io.skald.common.tls;

/**
 * The block {@code server.http_tls_config}.
 *
 * @param certFile PEM, the server's certificate first, then those between it and its authority;
 *     empty means no TLS
 * @param keyFile PEM, PKCS #8 without password
 * @param clientAuthType whether clients show a certificate, in the words of Loki
 * @param clientCaFile PEM, the authorities of clients' certificates
 */
public record ServerTlsConfig(
    String certFile, String keyFile, String clientAuthType, String clientCaFile) {
  public static final String NO_CLIENT_CERT = "NoClientCert";
  public static final String VERIFY_IF_GIVEN = "VerifyClientCertIfGiven";
  public static final String REQUIRE_AND_VERIFY = "RequireAndVerifyClientCert";

  public static final ServerTlsConfig DEFAULTS = new ServerTlsConfig("", "", NO_CLIENT_CERT, "");

  public ServerTlsConfig {
    if (certFile.isEmpty() != keyFile.isEmpty()) {
      throw new IllegalArgumentException("cert_file and key_file must be set together");
    }
    switch (clientAuthType) {
      case NO_CLIENT_CERT -> {
        if (!clientCaFile.isEmpty()) {
          throw new IllegalArgumentException(
              "client_ca_file has no effect with client_auth_type "
                  + NO_CLIENT_CERT
                  + "; set client_auth_type to "
                  + REQUIRE_AND_VERIFY
                  + " or "
                  + VERIFY_IF_GIVEN);
        }
      }
      case VERIFY_IF_GIVEN, REQUIRE_AND_VERIFY -> {
        if (certFile.isEmpty() || clientCaFile.isEmpty()) {
          throw new IllegalArgumentException(
              "client_auth_type " + clientAuthType + " needs cert_file, key_file, client_ca_file");
        }
      }
      case "RequestClientCert", "RequireAnyClientCert" ->
          throw new IllegalArgumentException(
              "client_auth_type "
                  + clientAuthType
                  + " takes certificates that nobody has verified and so protects nothing; use "
                  + REQUIRE_AND_VERIFY
                  + " or "
                  + VERIFY_IF_GIVEN);
      default ->
          throw new IllegalArgumentException(
              "client_auth_type must be "
                  + NO_CLIENT_CERT
                  + ", "
                  + VERIFY_IF_GIVEN
                  + " or "
                  + REQUIRE_AND_VERIFY
                  + ": "
                  + clientAuthType);
    }
  }

  public boolean isEnabled() {
    return !certFile.isEmpty();
  }

  /** Returns whether a client's certificate is looked at. */
  public boolean verifiesClients() {
    return !clientAuthType.equals(NO_CLIENT_CERT);
  }
}
