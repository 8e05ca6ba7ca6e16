package io.skald.storage.object.s3;

import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.MinioException;
import io.minio.errors.ServerException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.ProviderException;
import java.security.cert.CertificateException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Why an attempt failed. Made of an exception of the client, which itself is dropped: it holds the
 * headers of the request, a session token among them.
 *
 * @param status of the answer; 0 if there was none
 * @param code of S3; empty if there was none
 * @param retryable whether another attempt may help
 * @param cause tells nothing secret
 */
record S3Failure(
    int status, String code, String text, boolean retryable, @Nullable IOException cause) {
  private static final int MAX_TEXT_LENGTH = 300;
  private static final Pattern RESPONSE_CODE = Pattern.compile("Response code: ([0-9]{3})");

  /** Answers with a status of the caller's fault that tell of a damaged or stalled transfer. */
  private static final Set<String> TRANSFER_CODES =
      Set.of("BadDigest", "RequestTimeout", "XAmzContentSHA256Mismatch");

  private static final Set<String> OVERLOAD_CODES =
      Set.of("SlowDown", "Throttling", "ThrottlingException", "TooManyRequests");

  private static final Set<String> KEY_CODES =
      Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurity");

  private static final Set<String> TOKEN_CODES =
      Set.of("ExpiredToken", "ExpiredTokenException", "InvalidToken");

  private static final Set<String> REGION_CODES =
      Set.of(
          "AuthorizationHeaderMalformed",
          "PermanentRedirect",
          "Redirect",
          "TemporaryRedirect",
          "IllegalLocationConstraintException");

  static S3Failure of(Throwable thrown) {
    Throwable failure = thrown;
    while (failure instanceof CompletionException && failure.getCause() != null) {
      failure = failure.getCause();
    }
    return switch (failure) {
      case ErrorResponseException e ->
          ofStatus(
              e.response().code(),
              String.valueOf(e.errorResponse().code()),
              String.valueOf(e.errorResponse().message()));
      case ServerException e -> ofStatus(e.statusCode(), "", "");
      case InvalidResponseException e ->
          ofStatus(statusOf(e), "", "the answer is not one of an S3 server");
      case SSLException e when isAboutCertificates(e) ->
          new S3Failure(0, "", "no TLS connection: " + e.getMessage(), false, e);
      case IOException e -> ofNetwork(e);
      // Cut off, or of no S3 server; the client does not tell which.
      case MinioException _ ->
          new S3Failure(0, "", "the answer is not a whole one of an S3 server", true, null);
      case ProviderException e -> ofCredentials(e);
      case Throwable other -> new S3Failure(0, "", other.getClass().getSimpleName(), false, null);
    };
  }

  private static S3Failure ofStatus(int status, String code, String text) {
    boolean retryable =
        (status >= 500 && status != 501)
            || status == 429
            || OVERLOAD_CODES.contains(code)
            || TRANSFER_CODES.contains(code);
    return new S3Failure(status, code, shortened(text), retryable, null);
  }

  /** Other ends of a handshake may come from a server that restarts. */
  private static boolean isAboutCertificates(SSLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException || cause instanceof SSLPeerUnverifiedException) {
        return true;
      }
    }
    return false;
  }

  private static S3Failure ofNetwork(IOException e) {
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new S3Failure(0, "", shortened(text), true, e);
  }

  /** The chain of providers tells no more than that none had any. */
  private static S3Failure ofCredentials(ProviderException e) {
    return new S3Failure(
        0, "NoCredentials", shortened(String.valueOf(e.getMessage())), false, null);
  }

  static S3Failure timedOut(String what) {
    return new S3Failure(0, "", what, true, null);
  }

  private static int statusOf(InvalidResponseException e) {
    Matcher status = RESPONSE_CODE.matcher(String.valueOf(e.getMessage()));
    return status.find() ? Integer.parseInt(status.group(1)) : 0;
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\s+", " ").strip().replaceAll("\\.$", "");
    return line.length() > MAX_TEXT_LENGTH ? line.substring(0, MAX_TEXT_LENGTH) + "..." : line;
  }

  /** Returns whether this is an answer about the object rather than a failure of the store. */
  boolean isExpected() {
    return isMissingObject() || isMissingUpload() || isBeyondTheEnd();
  }

  boolean isMissingObject() {
    return code.equals("NoSuchKey");
  }

  boolean isMissingUpload() {
    return code.equals("NoSuchUpload");
  }

  boolean isBeyondTheEnd() {
    return status == 416;
  }

  /** Returns status, code and text. */
  String describe() {
    StringBuilder out = new StringBuilder();
    if (status > 0) {
      out.append("status ").append(status);
    }
    if (!code.isEmpty()) {
      out.append(out.isEmpty() ? "" : " ").append(code);
    }
    if (!text.isEmpty()) {
      out.append(out.isEmpty() ? "" : ": ").append(text);
    }
    return out.toString();
  }

  /** Returns what somebody can do about it, or "". */
  String advice(S3Operation operation) {
    if (KEY_CODES.contains(code)) {
      return "check access_key_id and secret_access_key";
    }
    if (TOKEN_CODES.contains(code)) {
      return "the session token is no longer valid; renew the credentials";
    }
    if (REGION_CODES.contains(code) || status == 301 || status == 307) {
      return "set region to that of the bucket, or correct endpoint";
    }
    if (code.startsWith("KMS")) {
      return "check sse.kms_key_id and the permissions on that key";
    }
    return switch (code) {
      case "NoSuchBucket" -> "create the bucket or correct bucketnames";
      case "NoCredentials" ->
          "set access_key_id and secret_access_key, or AWS_ACCESS_KEY_ID and"
              + " AWS_SECRET_ACCESS_KEY, or a shared credentials file, or give the machine a role";
      case "RequestTimeTooSkewed" -> "set the clock of this machine right";
      default -> adviceOnStatus(operation);
    };
  }

  private String adviceOnStatus(S3Operation operation) {
    if (status == 403) {
      return "the credentials need the permission " + operation.permission();
    }
    if (status == 429 || OVERLOAD_CODES.contains(code)) {
      return "the store asks for fewer requests";
    }
    return switch (cause) {
      case UnknownHostException _ -> "check the host of endpoint";
      case ConnectException _ -> "check endpoint, and that the server runs";
      case SSLException _ -> "set http_config.ca_file, or insecure for a server without TLS";
      case null, default -> "";
    };
  }
}
