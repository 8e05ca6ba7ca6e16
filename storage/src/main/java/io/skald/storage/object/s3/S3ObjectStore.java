package io.skald.storage.object.s3;

import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.HeadObjectArgs;
import io.minio.ListObjectsV2Args;
import io.minio.PutObjectAPIArgs;
import io.minio.RemoveObjectArgs;
import io.minio.messages.Contents;
import io.minio.messages.ListBucketResultV2;
import io.skald.common.block.StorageException;
import io.skald.common.time.Clock;
import io.skald.storage.object.ObjectKey;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Objects in a bucket of S3.
 *
 * <p>An object up to the size of a part is sent with one request, a larger one in parts. Every
 * request that stores bytes carries their MD5, so that the server refuses what was damaged on the
 * way. When a call that stores or deletes fails because its answer got lost, the effect may be
 * there nevertheless, as a whole.
 */
public final class S3ObjectStore implements ObjectStore, AutoCloseable {
  private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]+)-[0-9]+/([0-9]+)");

  private final S3Config config;
  private final S3Address address;
  private final S3Requests requests;
  private final WriteHeaders headers;
  private final MultipartUpload uploads;

  /** Ends with a slash, unless it is empty. */
  private final String prefix;

  /**
   * Makes a store, and asks nothing of it yet.
   *
   * @param random used under a lock
   * @throws IllegalArgumentException if the configuration names no bucket, or a file of it is no
   *     good
   */
  public S3ObjectStore(S3Config config, Clock clock, RandomGenerator random, Sleeper sleeper) {
    String region = System.getenv("AWS_REGION");
    this.config = config;
    this.address = S3Address.of(config, region == null ? "" : region);
    this.requests = new S3Requests(config, address, clock, random, sleeper);
    this.headers = new WriteHeaders(config);
    this.uploads =
        new MultipartUpload(requests, headers, address.bucket(), config.partSize(), random);
    this.prefix = config.objectPrefix().replaceAll("([^/])$", "$1/");
  }

  /**
   * Checks that the bucket is there and lets itself be read.
   *
   * @throws StorageException if not; the message says why and what to do
   */
  public void checkAccess() {
    listPage(prefix, null, 1);
  }

  /** Returns what was asked of the store; counts on. */
  public S3Statistics statistics() {
    return requests.statistics();
  }

  /** Returns where the bucket is, for people. */
  public String describe() {
    return address.describe();
  }

  @Override
  public void put(String key, List<ByteBuffer> parts) {
    String object = object(key);
    PartCutter content = new PartCutter(parts);
    if (content.remaining() > config.partSize()) {
      uploads.put(key, object, content);
      return;
    }
    byte[] bytes = content.next(config.partSize());
    PutObjectAPIArgs args =
        PutObjectAPIArgs.builder()
            .bucket(address.bucket())
            .object(object)
            .data(bytes, bytes.length)
            .headers(headers.ofObject(bytes))
            .build();
    requests.run(S3Operation.PUT_OBJECT, key, client -> client.putObject(args));
  }

  @Override
  public byte[] read(String key, long offset, int length) {
    String object = object(key);
    if (offset < 0 || length < 0) {
      throw new StorageException(
          "object %s: cannot read %d bytes from %d".formatted(key, length, offset));
    }
    if (length == 0 || offset > Long.MAX_VALUE - length) {
      return readNothing(key, offset, length);
    }
    GetObjectArgs args =
        GetObjectArgs.builder()
            .bucket(address.bucket())
            .object(object)
            .offset(offset)
            .length((long) length)
            .build();
    try {
      return get(args, key, answer -> range(answer, key, offset, length));
    } catch (S3Exception e) {
      if (e.failure().isBeyondTheEnd()) {
        throw tooShort(key, size(key), offset, length);
      }
      throw orNotFound(e, key);
    }
  }

  @Override
  public byte[] read(String key) {
    GetObjectArgs args =
        GetObjectArgs.builder().bucket(address.bucket()).object(object(key)).build();
    try {
      return get(args, key, answer -> whole(answer, key));
    } catch (S3Exception e) {
      throw orNotFound(e, key);
    }
  }

  /** What is taken of an answer. */
  private interface Content {
    byte[] of(GetObjectResponse answer) throws IOException;
  }

  private byte[] get(GetObjectArgs args, String key, Content content) {
    return requests.run(
        S3Operation.GET_OBJECT,
        key,
        client ->
            client
                .getObject(args)
                .thenApplyAsync(answer -> closing(answer, content), requests.threads()));
  }

  private static byte[] closing(GetObjectResponse answer, Content content) {
    try (answer) {
      return content.of(answer);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /** No range of HTTP is empty. */
  private byte[] readNothing(String key, long offset, int length) {
    long size = size(key);
    if (offset > size - length) {
      throw tooShort(key, size, offset, length);
    }
    return new byte[0];
  }

  private static byte[] range(GetObjectResponse answer, String key, long offset, int length)
      throws IOException {
    checkRange(answer, key, offset, length);
    return bytes(answer, length);
  }

  private static byte[] whole(GetObjectResponse answer, String key) throws IOException {
    String length = answer.headers().get("Content-Length");
    if (length == null) {
      throw new StorageException("object %s came without Content-Length".formatted(key));
    }
    return bytes(answer, ObjectStore.wholeLength(key, Long.parseLong(length)));
  }

  private static byte[] bytes(GetObjectResponse answer, int length) throws IOException {
    byte[] bytes = answer.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException(
          "the answer ended after %d of %d bytes".formatted(bytes.length, length));
    }
    return bytes;
  }

  /** Checked before memory is taken for it. */
  private static void checkRange(GetObjectResponse answer, String key, long offset, int length)
      throws IOException {
    String range = answer.headers().get("Content-Range");
    Matcher given = CONTENT_RANGE.matcher(range == null ? "" : range);
    String contentLength = answer.headers().get("Content-Length");
    if (!given.matches() || Long.parseLong(given.group(1)) != offset || contentLength == null) {
      throw new StorageException(
          "object %s: %d bytes from %d were asked for, and '%s' came"
              .formatted(key, length, offset, range == null ? "no Content-Range" : range));
    }
    long size = Long.parseLong(given.group(2));
    if (offset > size - length) {
      throw tooShort(key, size, offset, length);
    }
    if (Long.parseLong(contentLength) != length) {
      throw new IOException("an answer of %s instead of %d bytes".formatted(contentLength, length));
    }
  }

  private static StorageException tooShort(String key, long size, long offset, int length) {
    return new StorageException(
        "object %s has %d bytes: cannot read %d bytes from %d"
            .formatted(key, size, length, offset));
  }

  @Override
  public long size(String key) {
    HeadObjectArgs args =
        HeadObjectArgs.builder().bucket(address.bucket()).object(object(key)).build();
    try {
      return requests.run(
          S3Operation.HEAD_OBJECT,
          key,
          client -> client.headObject(args).thenApply(response -> response.size()));
    } catch (S3Exception e) {
      throw orNotFound(e, key);
    }
  }

  private static StorageException orNotFound(S3Exception failure, String key) {
    if (!failure.failure().isMissingObject()) {
      return failure;
    }
    ObjectNotFoundException notFound = new ObjectNotFoundException(key);
    notFound.initCause(failure);
    return notFound;
  }

  @Override
  public List<String> list(String keyPrefix) {
    ObjectKey.checkPrefix(keyPrefix);
    List<String> keys = new ArrayList<>();
    String token = null;
    do {
      ListBucketResultV2 page = listPage(prefix + keyPrefix, token, 1000);
      for (Contents object : page.contents()) {
        addIfOurs(object.objectName(), keys);
      }
      String next = page.isTruncated() ? page.nextContinuationToken() : null;
      if (page.isTruncated() && (next == null || next.equals(token))) {
        throw new StorageException(
            "the list of " + address.describe() + " does not tell how it goes on");
      }
      token = next;
    } while (token != null);
    Collections.sort(keys);
    return keys;
  }

  private ListBucketResultV2 listPage(String start, @Nullable String token, int size) {
    ListObjectsV2Args.Builder args =
        ListObjectsV2Args.builder()
            .bucket(address.bucket())
            .prefix(start)
            .encodingType("url")
            .maxKeys(size);
    if (token != null) {
      args.continuationToken(token);
    }
    return requests.run(
        S3Operation.LIST_OBJECTS,
        "",
        client -> client.listObjectsV2(args.build()).thenApply(response -> response.result()));
  }

  /** A bucket may hold what somebody else has put there, under names that no key has. */
  private void addIfOurs(String object, List<String> keys) {
    String key = object.substring(prefix.length());
    try {
      ObjectKey.check(key);
      keys.add(key);
    } catch (IllegalArgumentException _) {
      // Not ours.
    }
  }

  @Override
  public void delete(String key) {
    RemoveObjectArgs args =
        RemoveObjectArgs.builder().bucket(address.bucket()).object(object(key)).build();
    try {
      requests.run(S3Operation.DELETE_OBJECT, key, client -> client.removeObject(args));
    } catch (S3Exception e) {
      if (!e.failure().isMissingObject()) {
        throw e;
      }
    }
  }

  private String object(String key) {
    ObjectKey.check(key);
    return prefix + key;
  }

  /** Ends all connections; calls under way fail. */
  @Override
  public void close() {
    requests.close();
  }
}
