package io.skald.agent;

import io.skald.agent.tail.LineEncoding;

/**
 * How the bytes of a job's files become lines.
 *
 * @param encoding the IANA name of a character set; empty leaves every byte as it is
 */
public record FileFormat(String encoding) {
  public FileFormat {
    LineEncoding.named(encoding);
  }

  public static FileFormat defaults() {
    return new FileFormat("");
  }
}
