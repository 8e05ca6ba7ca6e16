package io.skald.common.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Certificates and keys in PEM files (RFC 7468). Messages name the file, never its content. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PRIVATE_KEY = "PRIVATE KEY";

  private static final int PROBE_BYTES = 32;

  private Pem() {}

  /**
   * Returns the certificates of a file, at least one, in their order.
   *
   * @throws IllegalArgumentException if there is none or one is damaged
   */
  static List<X509Certificate> certificates(String file, byte[] pem) {
    List<X509Certificate> certificates =
        BLOCK
            .matcher(text(pem))
            .results()
            .filter(block -> block.group(1).equals(CERTIFICATE))
            .map(block -> certificate(file, block.group(2)))
            .toList();
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException(
          file + " holds no certificate; a PEM file with BEGIN CERTIFICATE is needed");
    }
    return certificates;
  }

  private static X509Certificate certificate(String file, String base64) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(decode(base64)));
    } catch (CertificateException | IllegalArgumentException e) {
      throw new IllegalArgumentException(file + " holds a damaged certificate", e);
    }
  }

  /**
   * Returns the private key of a file: PKCS #8, not encrypted.
   *
   * @param publicKey tells the algorithm; the key is checked to belong to it
   * @throws IllegalArgumentException if there is none, or it is another's
   */
  static PrivateKey privateKey(String file, byte[] pem, PublicKey publicKey) {
    Matcher blocks = BLOCK.matcher(text(pem));
    String other = "";
    while (blocks.find()) {
      if (blocks.group(1).equals(PRIVATE_KEY)) {
        return privateKey(file, blocks.group(2), publicKey);
      }
      if (blocks.group(1).endsWith(PRIVATE_KEY)) {
        other = blocks.group(1);
      }
    }
    throw new IllegalArgumentException(
        other.isEmpty()
            ? file + " holds no private key; a PEM file with BEGIN PRIVATE KEY is needed"
            : file
                + " holds a key in the form "
                + other
                + "; make it PKCS #8 without password: openssl pkcs8 -topk8 -nocrypt -in OLD -out"
                + " NEW");
  }

  private static PrivateKey privateKey(String file, String base64, PublicKey publicKey) {
    PrivateKey key;
    try {
      key =
          KeyFactory.getInstance(publicKey.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(decode(base64)));
    } catch (InvalidKeySpecException | IllegalArgumentException e) {
      // The cause is left out: it may quote the key.
      throw new IllegalArgumentException(
          file + " holds no valid " + publicKey.getAlgorithm() + " key, as its certificate needs");
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "keys of the kind " + publicKey.getAlgorithm() + " are not supported", e);
    }
    if (!belongTogether(key, publicKey)) {
      throw new IllegalArgumentException(
          "the private key in " + file + " does not belong to the certificate");
    }
    return key;
  }

  private static boolean belongTogether(PrivateKey key, PublicKey publicKey) {
    try {
      Signature signature = Signature.getInstance(signatureAlgorithm(key.getAlgorithm()));
      byte[] probe = new byte[PROBE_BYTES];
      new SecureRandom().nextBytes(probe);
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the private key cannot sign: " + e.getMessage(), e);
    }
  }

  private static String signatureAlgorithm(String keyAlgorithm) {
    return switch (keyAlgorithm) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> keyAlgorithm;
    };
  }

  /** Returns what shows {@code chain} to a peer. */
  static KeyManager[] keyManagers(PrivateKey key, List<X509Certificate> chain)
      throws GeneralSecurityException {
    KeyStore store = emptyStore();
    char[] none = new char[0];
    store.setKeyEntry("own", key, none, chain.toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, none);
    return factory.getKeyManagers();
  }

  /** Returns what trusts certificates that {@code authorities} have signed. */
  static TrustManager[] trustManagers(List<X509Certificate> authorities)
      throws GeneralSecurityException {
    KeyStore store = emptyStore();
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("ca-" + i, authorities.get(i));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (IOException e) {
      throw new IllegalStateException("an empty key store reads nothing", e);
    }
  }

  private static byte[] decode(String base64) {
    return Base64.getMimeDecoder().decode(base64);
  }

  private static String text(byte[] pem) {
    return new String(pem, StandardCharsets.ISO_8859_1);
  }
}
