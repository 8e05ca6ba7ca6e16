package io.skald.agent;

import io.skald.agent.tail.LineEncoding;

/**
 * How the bytes of a job's files become lines.
 *
 * @param encoding the IANA name of a character set; empty leaves every byte as it is
 * @param decompression how the files are compressed; the encoding is that of their content
 */
public record FileFormat(String encoding, DecompressionConfig decompression) {
  public FileFormat {
    LineEncoding.named(encoding);
  }

  public static FileFormat defaults() {
    return new FileFormat("", DecompressionConfig.defaults());
  }
}
