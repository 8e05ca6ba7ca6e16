package io.skald.storage.object.s3;

import io.skald.common.config.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/**
 * Where a bucket is and who asks for it, put together from the keys of a configuration, its URL and
 * what an endpoint of AWS tells by itself.
 *
 * @param virtualHosted whether the bucket is part of the host
 * @param accessKey empty, as the secret, if the environment has the credentials
 */
record S3Address(
    HttpUrl endpoint,
    String region,
    String bucket,
    boolean virtualHosted,
    String accessKey,
    Secret secretKey) {
  private static final String DEFAULT_REGION = "us-east-1";

  /** {@code s3.eu-west-1.amazonaws.com}, {@code s3.dualstack.cn-north-1.amazonaws.com.cn}. */
  private static final Pattern AWS_HOST =
      Pattern.compile("s3[.-](?:dualstack\\.)?([a-z0-9-]+)\\.amazonaws\\.com(?:\\.cn)?");

  /** What a bucket may be called, and nothing that would be another path or host. */
  private static final Pattern BUCKET = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{1,62}");

  private static final Pattern IP_ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

  /** The parts of {@code s3://key:secret@host/bucket}; each may be empty. */
  private record Location(String accessKey, Secret secretKey, String host, String bucket) {}

  /**
   * @param environmentRegion the region that the environment names, or ""
   * @throws IllegalArgumentException if something is missing or no good; the message holds no
   *     secret
   */
  static S3Address of(S3Config config, String environmentRegion) {
    Location location = location(config.s3());
    String bucket = first(config.bucketnames(), location.bucket);
    if (bucket.isEmpty()) {
      throw new IllegalArgumentException("no bucket is named: set bucketnames");
    }
    if (!BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException("bucketnames is no name of a bucket: '" + bucket + "'");
    }
    boolean isHost =
        location.host.contains(".")
            || location.host.contains(":")
            || location.host.equals("localhost");
    String host = first(config.endpoint(), isHost ? location.host : "");
    String region = first(config.region(), isHost ? "" : location.host);
    HttpUrl endpoint = endpoint(host, first(region, environmentRegion), config.insecure());
    boolean keysOfUrl = config.accessKeyId().isEmpty();
    return new S3Address(
        endpoint,
        first(region, regionOf(endpoint.host()), environmentRegion, DEFAULT_REGION),
        bucket,
        !config.s3forcepathstyle() && canBeVirtual(endpoint.host()),
        keysOfUrl ? location.accessKey : config.accessKeyId(),
        keysOfUrl ? location.secretKey : config.secretAccessKey());
  }

  private static Location location(Secret url) {
    if (url.isEmpty()) {
      return new Location("", Secret.NONE, "", "");
    }
    try {
      URI uri = new URI(url.reveal());
      String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
      if (!"s3".equals(uri.getScheme())) {
        throw badUrl();
      }
      int at = authority.lastIndexOf('@');
      String[] keys = authority.substring(0, Math.max(0, at)).split(":", 2);
      String path = uri.getPath() == null ? "" : uri.getPath();
      return new Location(
          decode(keys[0]),
          new Secret(keys.length > 1 ? decode(keys[1]) : ""),
          authority.substring(at + 1),
          path.replaceAll("^/|/$", ""));
    } catch (URISyntaxException _) {
      throw badUrl(); // the exception's message holds the secret
    }
  }

  private static IllegalArgumentException badUrl() {
    return new IllegalArgumentException(
        "s3 must be like s3://key:secret@host/bucket, with key and secret URL-encoded");
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static HttpUrl endpoint(String host, String region, boolean insecure) {
    String scheme = insecure ? "http://" : "https://";
    String text;
    if (host.isEmpty()) {
      text = scheme + "s3." + first(region, DEFAULT_REGION) + ".amazonaws.com";
    } else {
      text = host.contains("://") ? host : scheme + host;
    }
    HttpUrl url = HttpUrl.parse(text);
    if (url == null || !url.encodedPath().equals("/") || url.query() != null) {
      throw new IllegalArgumentException(
          "endpoint must be host, host:port or http(s)://host:port: '" + host + "'");
    }
    if (!url.username().isEmpty() || !url.password().isEmpty()) {
      throw new IllegalArgumentException("endpoint must have no credentials; set access_key_id");
    }
    return url;
  }

  private static String regionOf(String host) {
    Matcher aws = AWS_HOST.matcher(host);
    return aws.matches() ? aws.group(1) : "";
  }

  /** A bucket before an address or before a name without a domain would be found nowhere. */
  private static boolean canBeVirtual(String host) {
    return host.contains(".") && !IP_ADDRESS.matcher(host).matches();
  }

  private static String first(String... texts) {
    for (String text : texts) {
      if (!text.isEmpty()) {
        return text;
      }
    }
    return "";
  }

  /** Returns where the bucket is, for messages. */
  String describe() {
    return "bucket '"
        + bucket
        + "' at "
        + endpoint.scheme()
        + "://"
        + endpoint.host()
        + ":"
        + endpoint.port();
  }

  /** Tells no key. */
  @Override
  public String toString() {
    return describe();
  }
}
