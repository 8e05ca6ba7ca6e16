package io.skald.common.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A value of the configuration that is never printed. Compared in constant time. */
public final class Secret {
  /** What stands for every secret in texts. */
  public static final String REDACTED = "<redacted>";

  public static final Secret NONE = new Secret("");

  private final String value;

  public Secret(String value) {
    this.value = value;
  }

  /** Returns the value; it must not reach a log, an answer or a message. */
  public String reveal() {
    return value;
  }

  public boolean isEmpty() {
    return value.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && MessageDigest.isEqual(bytes(), secret.bytes());
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  private byte[] bytes() {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return value.isEmpty() ? "" : REDACTED;
  }
}
