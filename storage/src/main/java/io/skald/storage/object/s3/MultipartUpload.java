package io.skald.storage.object.s3;

import io.minio.AbortMultipartUploadArgs;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.HeadObjectArgs;
import io.minio.UploadPartArgs;
import io.minio.messages.Part;
import io.skald.common.block.StorageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/**
 * Stores large objects in parts, one part after the other. The object appears with the last request
 * as a whole; before that, and after a failure, there is nothing of it. What fails is aborted.
 *
 * <p>When the answer to the last request gets lost, the same request made again is told that there
 * is no such upload. An object then counts as stored if it carries the mark that this upload began
 * with. Thread-safe.
 */
final class MultipartUpload {
  /** S3 knows no more parts of one object. */
  private static final int MAX_PARTS = 10_000;

  /** Parts that are copied and under way at one time, over all uploads. */
  private static final int MAX_BUFFERED_PARTS = 8;

  /** A store that fails is not asked for long; the bucket's lifecycle rule removes the rest. */
  private static final Duration ABORT_TIMEOUT = Duration.ofSeconds(10);

  private final S3Requests requests;
  private final WriteHeaders headers;
  private final String bucket;
  private final long partSize;
  private final RandomGenerator random;
  private final Semaphore buffers = new Semaphore(MAX_BUFFERED_PARTS, true);

  /**
   * @param random used under a lock
   */
  MultipartUpload(
      S3Requests requests,
      WriteHeaders headers,
      String bucket,
      long partSize,
      RandomGenerator random) {
    this.requests = requests;
    this.headers = headers;
    this.bucket = bucket;
    this.partSize = partSize;
    this.random = random;
  }

  /**
   * Stores an object.
   *
   * @param key ours, for messages
   * @param object its name in the bucket
   */
  void put(String key, String object, PartCutter content) {
    String mark = newMark();
    String upload = begin(key, object, mark);
    try {
      complete(key, object, upload, mark, sendParts(key, object, upload, content));
    } catch (RuntimeException e) {
      abort(key, object, upload, e);
      throw e;
    }
  }

  private synchronized String newMark() {
    return HexFormat.of().toHexDigits(random.nextLong());
  }

  private String begin(String key, String object, String mark) {
    return requests.run(
        S3Operation.CREATE_UPLOAD,
        key,
        client ->
            client
                .createMultipartUpload(
                    CreateMultipartUploadArgs.builder()
                        .bucket(bucket)
                        .object(object)
                        .headers(headers.ofUpload(mark))
                        .build())
                .thenApply(response -> response.result().uploadId()));
  }

  private List<Part> sendParts(String key, String object, String upload, PartCutter content) {
    long size = Math.max(partSize, Math.ceilDiv(content.remaining(), MAX_PARTS));
    List<Part> parts = new ArrayList<>();
    while (content.remaining() > 0) {
      acquireBuffer(key);
      try {
        parts.add(sendPart(key, object, upload, parts.size() + 1, content.next(size)));
      } finally {
        buffers.release();
      }
    }
    return parts;
  }

  private void acquireBuffer(String key) {
    try {
      buffers.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted while storing object " + key, e);
    }
  }

  private Part sendPart(String key, String object, String upload, int number, byte[] content) {
    UploadPartArgs args =
        UploadPartArgs.builder()
            .bucket(bucket)
            .object(object)
            .uploadId(upload)
            .partNumber(number)
            .data(content, content.length)
            .headers(headers.ofPart(content))
            .build();
    Part part =
        requests.run(
            S3Operation.UPLOAD_PART,
            key,
            client -> client.uploadPart(args).thenApply(response -> response.part()));
    return new Part(number, part.etag());
  }

  private void complete(String key, String object, String upload, String mark, List<Part> parts) {
    try {
      requests.run(
          S3Operation.COMPLETE_UPLOAD,
          key,
          client ->
              client.completeMultipartUpload(
                  CompleteMultipartUploadArgs.builder()
                      .bucket(bucket)
                      .object(object)
                      .uploadId(upload)
                      .parts(parts.toArray(Part[]::new))
                      .maxRetries(0)
                      .build()));
    } catch (S3Exception e) {
      if (!e.failure().isMissingUpload() || !carries(key, object, mark)) {
        throw e;
      }
    }
  }

  private boolean carries(String key, String object, String mark) {
    try {
      return requests.run(
          S3Operation.HEAD_OBJECT,
          key,
          client ->
              client
                  .headObject(HeadObjectArgs.builder().bucket(bucket).object(object).build())
                  .thenApply(response ->
                      mark.equals(response.userMetadata().getFirst(WriteHeaders.UPLOAD))));
    } catch (S3Exception e) {
      if (e.failure().isMissingObject()) {
        return false;
      }
      throw e;
    }
  }

  /** Gives the parts up, also in a thread that is interrupted. */
  private void abort(String key, String object, String upload, RuntimeException failure) {
    boolean interrupted = Thread.interrupted();
    try {
      requests.run(
          S3Operation.ABORT_UPLOAD,
          key,
          ABORT_TIMEOUT,
          client ->
              client.abortMultipartUpload(
                  AbortMultipartUploadArgs.builder()
                      .bucket(bucket)
                      .object(object)
                      .uploadId(upload)
                      .build()));
    } catch (S3Exception e) {
      if (!e.failure().isMissingUpload()) {
        failure.addSuppressed(e);
      }
    } catch (StorageException e) {
      failure.addSuppressed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
