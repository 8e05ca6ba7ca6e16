package io.skald.agent.decompress;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.jspecify.annotations.Nullable;

/** A way in which files are compressed, by its name in {@code decompression.format}. */
public enum Compression {
  GZ,
  /** zlib (RFC 1950). */
  Z,
  BZ2,
  /** Zstandard; Promtail does not know it. */
  ZST;

  private static final int BUFFER_BYTES = 64 << 10;

  /**
   * The largest window of Zstandard, as a power of two: more than any level takes that is not asked
   * for by {@code --ultra} or {@code --long}, and what decoding one file may take in memory.
   */
  private static final int MAX_WINDOW_LOG = 25;

  /**
   * Returns the compression of a name.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  public static Compression named(String name) {
    for (Compression one : values()) {
      if (one.text().equals(name)) {
        return one;
      }
    }
    throw new IllegalArgumentException(
        "decompression.format must be one of "
            + Arrays.stream(values()).map(Compression::text).collect(Collectors.joining(", "))
            + ": '"
            + name
            + "'");
  }

  /** Returns how a file of this name is compressed; null if its ending says nothing of that. */
  public static @Nullable Compression ofFile(String fileName) {
    for (Compression one : values()) {
      if (fileName.endsWith(one.suffix())) {
        return one;
      }
    }
    return null;
  }

  /** Returns what names of files end with, like {@code .gz}. */
  public String suffix() {
    return "." + text();
  }

  /** Returns its name. */
  public String text() {
    return switch (this) {
      case GZ -> "gz";
      case Z -> "z";
      case BZ2 -> "bz2";
      case ZST -> "zst";
    };
  }

  /**
   * Begins to decode. Several archives behind each other are one content.
   *
   * @param in buffered; closed with what is returned
   * @throws IOException if what comes first does not look like it
   */
  public InputStream decoder(InputStream in) throws IOException {
    return switch (this) {
      case GZ -> new GZIPInputStream(in, BUFFER_BYTES);
      case Z -> new InflaterInputStream(in);
      case BZ2 -> new BZip2CompressorInputStream(in, true);
      case ZST -> new ZstdInputStream(in).setLongMax(MAX_WINDOW_LOG);
    };
  }
}
