package io.skald.common.tls;

/**
 * How a client checks a server and shows itself.
 *
 * @param caFile PEM, the authorities that are trusted; empty trusts those of the JDK
 * @param certFile PEM, the client's own certificate; empty shows none
 * @param keyFile PEM, PKCS #8 without password
 * @param insecureSkipVerify takes any certificate of any host
 */
public record ClientTlsConfig(
    String caFile, String certFile, String keyFile, boolean insecureSkipVerify) {
  public static final ClientTlsConfig DEFAULTS = new ClientTlsConfig("", "", "", false);

  public ClientTlsConfig {
    if (certFile.isEmpty() != keyFile.isEmpty()) {
      throw new IllegalArgumentException("cert_file and key_file must be set together");
    }
    if (insecureSkipVerify && !caFile.isEmpty()) {
      throw new IllegalArgumentException(
          "ca_file has no effect with insecure_skip_verify; leave one out");
    }
  }

  public boolean isDefault() {
    return equals(DEFAULTS);
  }
}
