package io.skald.common.rpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.skald.common.fleet.PieceFailedException;
import io.skald.common.ingest.IngestUnavailableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors on their way through a call. */
public final class RpcErrors {
  private static final Logger log = LoggerFactory.getLogger(RpcErrors.class);

  private static final int UNAVAILABLE = 503;
  private static final int TOO_MANY = 429;
  private static final int FAILED = 500;

  /** The HTTP status that an error is to have at the edge. */
  private static final Metadata.Key<String> HTTP_STATUS =
      Metadata.Key.of("skald-http-status", Metadata.ASCII_STRING_MARSHALLER);

  private RpcErrors() {}

  /** Returns how a failure of a handler is told to the caller; tells the log of what is a bug. */
  public static StatusRuntimeException toStatus(RuntimeException failure) {
    return switch (failure) {
      case StatusRuntimeException status -> status;
      case IngestUnavailableException unavailable ->
          withHttp(
              unavailable.status() == TOO_MANY ? Status.RESOURCE_EXHAUSTED : Status.UNAVAILABLE,
              unavailable.status(),
              unavailable);
      case PieceFailedException failed ->
          withHttp(
              failed.isOfTheQuery() ? Status.FAILED_PRECONDITION : Status.UNAVAILABLE,
              failed.status(),
              failed);
      case IllegalArgumentException malformed ->
          Status.INVALID_ARGUMENT
              .withDescription(malformed.getMessage())
              .withCause(malformed)
              .asRuntimeException();
      default -> {
        log.error("a call failed", failure);
        yield withHttp(Status.INTERNAL, FAILED, failure);
      }
    };
  }

  private static StatusRuntimeException withHttp(Status status, int http, RuntimeException cause) {
    Metadata trailers = new Metadata();
    trailers.put(HTTP_STATUS, Integer.toString(http));
    return status
        .withDescription(String.valueOf(cause.getMessage()))
        .withCause(cause)
        .asRuntimeException(trailers);
  }

  /**
   * Returns the error of a call as its caller sees it.
   *
   * @param peer whom was called, for the message
   */
  public static IngestUnavailableException fromStatus(String peer, StatusRuntimeException failure) {
    return new IngestUnavailableException(httpStatus(failure), text(peer, failure), failure);
  }

  /** Returns the HTTP status that an error of a call is to have at the edge. */
  public static int httpStatus(StatusRuntimeException failure) {
    String told = told(failure);
    return told != null && told.matches("[45]\\d\\d") ? Integer.parseInt(told) : status(failure);
  }

  /**
   * Returns what an error of a call says.
   *
   * @param peer whom was called
   */
  public static String text(String peer, StatusRuntimeException failure) {
    String description = failure.getStatus().getDescription();
    return peer
        + ": "
        + (told(failure) == null ? failure.getStatus().getCode() + " " : "")
        + (description == null ? "" : description)
        + reason(failure);
  }

  private static @Nullable String told(StatusRuntimeException failure) {
    Metadata trailers = failure.getTrailers();
    return trailers == null ? null : trailers.get(HTTP_STATUS);
  }

  /** gRPC says "io exception" or "ssl exception"; why stands in the last cause. */
  private static String reason(StatusRuntimeException failure) {
    Throwable last = failure;
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      last = cause;
    }
    return last == failure || last.getMessage() == null ? "" : ": " + last.getMessage();
  }

  private static int status(StatusRuntimeException failure) {
    return switch (failure.getStatus().getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> UNAVAILABLE;
      case RESOURCE_EXHAUSTED -> TOO_MANY;
      default -> FAILED;
    };
  }
}
