package io.skald.common.push;

import com.github.luben.zstd.ZstdInputStream;
import io.skald.common.push.DecodeBudget.Lease;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.xerial.snappy.Snappy;

/** Undoes the codings of a body, up to a size. */
final class ContentCoding {
  private static final int FIRST_BYTES = 64 << 10;

  /**
   * The longest a snappy element can grow: three bytes that copy 64 (snappy format description,
   * section 2.2). A body that claims more lies, and need not be given memory.
   */
  private static final int MAX_SNAPPY_GROWTH = 22;

  private ContentCoding() {}

  /**
   * @param coding the header {@code Content-Encoding}, "" if there is none
   * @throws PushDecodeException 400 for an unknown coding or a damaged body, 413 if the body has
   *     more than {@code maxBytes}
   */
  static byte[] decode(String coding, byte[] body, long maxBytes, Lease lease) {
    return switch (coding) {
      case "", "snappy" -> body;
      case "gzip" -> gunzip(body, maxBytes, lease);
      case "deflate" -> inflate(body, maxBytes, lease);
      default ->
          throw PushDecodeException.malformed("Content-Encoding \"" + coding + "\" not supported");
    };
  }

  /** Decodes the codings of OpenTelemetry exporters, otherwise like {@link #decode}. */
  static byte[] decodeOtlp(String coding, byte[] body, long maxBytes, Lease lease) {
    return switch (coding) {
      case "" -> body;
      case "gzip" -> gunzip(body, maxBytes, lease);
      case "zstd" -> unzstd(body, maxBytes, lease);
      case "lz4" -> unlz4(body, maxBytes, lease);
      default ->
          throw PushDecodeException.malformed(
              "unsupported content encoding " + coding + ": only gzip, lz4 and zstd are supported");
    };
  }

  private static byte[] unzstd(byte[] body, long maxBytes, Lease lease) {
    try (InputStream in = new ZstdInputStream(new ByteArrayInputStream(body))) {
      return readAll(in, body.length, maxBytes, lease);
    } catch (IOException e) {
      throw PushDecodeException.malformed("zstd: " + e.getMessage());
    }
  }

  /** Frames, one behind the other, as the Collector writes them. */
  private static byte[] unlz4(byte[] body, long maxBytes, Lease lease) {
    try (InputStream in =
        new FramedLZ4CompressorInputStream(new ByteArrayInputStream(body), true)) {
      return readAll(in, body.length, maxBytes, lease);
    } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw PushDecodeException.malformed("lz4: " + e.getMessage());
    }
  }

  private static byte[] gunzip(byte[] body, long maxBytes, Lease lease) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body), FIRST_BYTES)) {
      return readAll(in, body.length, maxBytes, lease);
    } catch (EOFException e) {
      throw PushDecodeException.malformed(body.length == 0 ? "EOF" : "unexpected EOF");
    } catch (ZipException e) {
      throw PushDecodeException.malformed(
          isGzip(body) ? "gzip: " + e.getMessage() : "gzip: invalid header");
    } catch (IOException e) {
      throw PushDecodeException.malformed("gzip: " + e.getMessage());
    }
  }

  private static boolean isGzip(byte[] body) {
    return body.length > 2 && body[0] == 0x1F && body[1] == (byte) 0x8B && body[2] == 8;
  }

  /** Raw DEFLATE (RFC 1951); a zlib wrapper is not understood, and answered as clients know it. */
  private static byte[] inflate(byte[] body, long maxBytes, Lease lease) {
    Inflater inflater = new Inflater(true);
    try (InputStream in =
        new InflaterInputStream(new ByteArrayInputStream(body), inflater, FIRST_BYTES)) {
      return readAll(in, body.length, maxBytes, lease);
    } catch (IOException e) {
      throw PushDecodeException.malformed("EOF");
    } finally {
      inflater.end();
    }
  }

  private static byte[] readAll(InputStream in, int compressedLength, long maxBytes, Lease lease)
      throws IOException {
    // One byte more than allowed shows that there is too much.
    int most = (int) Math.min(maxBytes + 1, Integer.MAX_VALUE - 8);
    int capacity = Math.min(most, Math.max(FIRST_BYTES, 4 * compressedLength));
    lease.take(capacity);
    byte[] out = new byte[capacity];
    int length = 0;
    while (true) {
      int read = in.read(out, length, out.length - length);
      if (read < 0) {
        return Arrays.copyOf(out, length);
      }
      length += read;
      if (length > maxBytes) {
        throw PushDecodeException.tooLarge(length, maxBytes);
      }
      if (length == out.length) {
        int grown = (int) Math.min(most, 2L * length);
        lease.take(grown - length);
        out = Arrays.copyOf(out, grown);
      }
    }
  }

  /**
   * Decodes snappy's block format.
   *
   * @throws PushDecodeException 400 for a damaged body, 413 if it declares more than {@code
   *     maxBytes}; before anything is allocated
   */
  static byte[] snappy(byte[] body, long maxBytes, Lease lease) {
    long declared = declaredLength(body);
    if (declared > maxBytes) {
      throw PushDecodeException.tooLarge(declared, maxBytes);
    }
    if (declared < 0 || declared > (long) MAX_SNAPPY_GROWTH * body.length) {
      throw corrupt();
    }
    lease.take(declared);
    byte[] out = new byte[(int) declared];
    if (declared == 0 && body.length == 1) {
      return out;
    }
    try {
      if (Snappy.uncompress(body, 0, body.length, out, 0) != declared) {
        throw corrupt();
      }
    } catch (IOException e) {
      throw corrupt();
    }
    return out;
  }

  /** Returns the length in front of a block, an unsigned varint of 32 bits, or -1. */
  private static long declaredLength(byte[] body) {
    long length = 0;
    for (int i = 0; i < Math.min(5, body.length); i++) {
      length |= (long) (body[i] & 0x7F) << (7 * i);
      if (body[i] >= 0) {
        return length <= 0xFFFF_FFFFL ? length : -1;
      }
    }
    return -1;
  }

  private static PushDecodeException corrupt() {
    return PushDecodeException.malformed("snappy: corrupt input");
  }
}
