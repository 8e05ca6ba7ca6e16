package io.skald.server.auth;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A password that cannot be read back: PBKDF2 with HMAC-SHA256 (RFC 8018), as text in the form of
 * the PHC string format.
 *
 * <pre>$pbkdf2-sha256$i=600000$SALT$HASH     base64 without padding</pre>
 */
public final class PasswordHash {
  /** What OWASP advises for this function. */
  public static final int ITERATIONS = 600_000;

  /** Fewer protect nothing, more would let one request take seconds. */
  private static final int MIN_ITERATIONS = 10_000;

  private static final int MAX_ITERATIONS = 5_000_000;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final int BITS_PER_BYTE = 8;
  private static final Pattern TEXT =
      Pattern.compile(
          "\\$pbkdf2-sha256\\$i=([0-9]{1,9})\\$([A-Za-z0-9+/]{1,128})\\$([A-Za-z0-9+/]{1,128})");

  private final int iterations;
  private final byte[] salt;
  private final byte[] hash;

  private PasswordHash(int iterations, byte[] salt, byte[] hash) {
    this.iterations = iterations;
    this.salt = salt;
    this.hash = hash;
  }

  /**
   * Hashes a password.
   *
   * @param iterations how much work it is to check
   * @throws IllegalArgumentException if the password is empty
   */
  public static PasswordHash create(String password, int iterations, RandomGenerator random) {
    if (password.isEmpty()) {
      throw new IllegalArgumentException("the password is empty");
    }
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    return new PasswordHash(iterations, salt, derive(password, salt, iterations));
  }

  /**
   * Reads the text of a hash.
   *
   * @throws IllegalArgumentException if it is none; the message does not quote it
   */
  static PasswordHash parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "password_hash must be as 'skald config hash-password' prints it");
    }
    int iterations = Integer.parseInt(matcher.group(1));
    if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      throw new IllegalArgumentException(
          "password_hash must have 10000 to 5000000 iterations: " + iterations);
    }
    byte[] hash = Base64.getDecoder().decode(matcher.group(3));
    if (hash.length != HASH_BYTES) {
      throw new IllegalArgumentException("password_hash is cut off");
    }
    return new PasswordHash(iterations, Base64.getDecoder().decode(matcher.group(2)), hash);
  }

  /** Compares in a time that does not depend on where the hashes differ. */
  boolean matches(String password) {
    return !password.isEmpty() && MessageDigest.isEqual(hash, derive(password, salt, iterations));
  }

  int iterations() {
    return iterations;
  }

  private static byte[] derive(String password, byte[] salt, int iterations) {
    PBEKeySpec spec =
        new PBEKeySpec(password.toCharArray(), salt, iterations, HASH_BYTES * BITS_PER_BYTE);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has PBKDF2WithHmacSHA256", e);
    } finally {
      spec.clearPassword();
    }
  }

  @Override
  public String toString() {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$pbkdf2-sha256$i="
        + iterations
        + "$"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(hash);
  }
}
