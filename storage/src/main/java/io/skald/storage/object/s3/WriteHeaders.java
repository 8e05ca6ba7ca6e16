package io.skald.storage.object.s3;

import io.minio.Http;
import io.minio.ServerSideEncryption;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The headers of requests that store something. */
final class WriteHeaders {
  /** Tells the upload that made an object; see {@link MultipartUpload}. */
  static final String UPLOAD = "skald-upload";

  private static final String DEFAULT_STORAGE_CLASS = "STANDARD";

  private final S3Config config;

  WriteHeaders(S3Config config) {
    this.config = config;
  }

  /** Returns those of an object that is sent as a whole. */
  Http.Headers ofObject(byte[] content) {
    Http.Headers headers = ofPart(content);
    headers.putAll(kept());
    return headers;
  }

  /** Returns those of a part: what the server checks its bytes by. */
  Http.Headers ofPart(byte[] content) {
    return new Http.Headers("Content-MD5", md5(content));
  }

  /**
   * Returns those with which an upload in parts begins.
   *
   * @param mark kept with the object
   */
  Http.Headers ofUpload(String mark) {
    Http.Headers headers = kept();
    headers.put("x-amz-meta-" + UPLOAD, mark);
    return headers;
  }

  /** Returns those that say how the object is kept. */
  private Http.Headers kept() {
    Http.Headers headers = new Http.Headers("Content-Type", "application/octet-stream");
    if (!config.storageClass().equals(DEFAULT_STORAGE_CLASS)) {
      headers.put("x-amz-storage-class", config.storageClass());
    }
    S3Config.Sse sse = config.sse();
    switch (sse.type()) {
      case "SSE-S3" -> headers.putAll(new ServerSideEncryption.S3().headers());
      case "SSE-KMS" -> {
        headers.put("x-amz-server-side-encryption", "aws:kms");
        headers.put("x-amz-server-side-encryption-aws-kms-key-id", sse.kmsKeyId());
        if (!sse.kmsEncryptionContext().isEmpty()) {
          byte[] context = sse.kmsEncryptionContext().getBytes(StandardCharsets.UTF_8);
          headers.put(
              "x-amz-server-side-encryption-context", Base64.getEncoder().encodeToString(context));
        }
      }
      default -> {
        // The bucket decides.
      }
    }
    return headers;
  }

  private static String md5(byte[] content) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }
}
