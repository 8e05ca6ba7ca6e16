package io.skald.storage.object.s3;

import io.skald.common.block.StorageException;

/** A request failed for good. The message names bucket, object, status and what to do. */
final class S3Exception extends StorageException {
  private static final long serialVersionUID = 1;

  private final transient S3Failure failure;

  S3Exception(String message, S3Failure failure) {
    super(message);
    this.failure = failure;
    if (failure.cause() != null) {
      initCause(failure.cause());
    }
  }

  S3Failure failure() {
    return failure;
  }
}
