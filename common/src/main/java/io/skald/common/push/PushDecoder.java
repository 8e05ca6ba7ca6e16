package io.skald.common.push;

import io.skald.common.push.DecodeBudget.Lease;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads push bodies of all forms. Immutable, thread-safe. */
public final class PushDecoder {
  /** The JSON dialects; the path of a request tells which one it speaks. */
  public enum Dialect {
    /** {@code {"streams":[{"stream":{…},"values":[["nanos","line",{…}]]}]}}. */
    CURRENT,
    /** {@code {"streams":[{"labels":"{…}","entries":[{"ts":"…","line":"…"}]}]}}. */
    LEGACY
  }

  private final long maxDecodedBytes;
  private final int maxRows;

  /**
   * @param maxDecodedBytes the largest body after decompression
   * @param maxRows the most streams, entries and metadata pairs of a body together
   */
  public PushDecoder(long maxDecodedBytes, int maxRows) {
    this.maxDecodedBytes = maxDecodedBytes;
    this.maxRows = maxRows;
  }

  /**
   * @param contentType the header, or null
   * @param contentEncoding the header, or null
   * @param body the result may point into it, so it belongs to the result
   * @param lease close it when the result is not needed any more
   * @throws PushDecodeException if the body is damaged or too large
   */
  public DecodedPush decode(
      @Nullable String contentType,
      @Nullable String contentEncoding,
      byte[] body,
      Dialect dialect,
      Lease lease) {
    String mediaType = MediaType.parse(Objects.requireNonNullElse(contentType, ""));
    String coding = Objects.requireNonNullElse(contentEncoding, "");
    byte[] plain = ContentCoding.decode(coding, body, maxDecodedBytes, lease);
    if (mediaType.equals("application/json")) {
      lease.take(plain.length);
      return switch (dialect) {
        case CURRENT -> JsonPushReader.read(plain, maxRows);
        case LEGACY -> LegacyJsonPushReader.read(plain, maxRows);
      };
    }
    return ProtobufReader.read(ContentCoding.snappy(plain, maxDecodedBytes, lease), maxRows);
  }

  /**
   * Reads a body that is nothing but text.
   *
   * @param contentEncoding the header, or null
   * @param lease close it when the result is not needed any more
   * @throws PushDecodeException if the body is damaged or too large
   */
  public byte[] decodeText(@Nullable String contentEncoding, byte[] body, Lease lease) {
    return ContentCoding.decode(
        Objects.requireNonNullElse(contentEncoding, ""), body, maxDecodedBytes, lease);
  }

  /**
   * Reads an OpenTelemetry export request.
   *
   * @param nowNanos the time of records that have none
   * @param rules what becomes of attributes
   * @param lease close it when the result is not needed any more
   * @throws PushDecodeException if the body is damaged or too large
   */
  public DecodedPush decodeOtlp(
      @Nullable String contentType,
      @Nullable String contentEncoding,
      byte[] body,
      long nowNanos,
      OtlpRules rules,
      Lease lease) {
    String type = Objects.requireNonNullElse(contentType, "");
    int semicolon = type.indexOf(';');
    String mediaType = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
    boolean json = mediaType.equalsIgnoreCase("application/json");
    if (!json && !mediaType.equalsIgnoreCase("application/x-protobuf")) {
      throw PushDecodeException.malformed("content type: " + type + " is not supported");
    }
    String coding = Objects.requireNonNullElse(contentEncoding, "");
    byte[] plain = ContentCoding.decodeOtlp(coding, body, maxDecodedBytes, lease);
    // The reader works on a copy, JSON is rewritten before.
    lease.take((json ? 3L : 2L) * plain.length);
    return OtlpReader.read(json ? OtlpJson.toProtobuf(plain) : plain, maxRows, nowNanos, rules);
  }
}
