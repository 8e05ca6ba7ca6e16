package io.skald.storage.object.s3;

import io.skald.common.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

/** An S3 server in this process, on loopback, that keeps objects in the heap. */
public final class S3ProxyServer implements AutoCloseable {
  public static final String BUCKET = "skald-test";
  public static final String ACCESS_KEY = "test-key";
  public static final String SECRET_KEY = "test-secret-that-nobody-prints";

  private final BlobStore objects;
  private final S3Proxy server;

  /** Starts a server that has the bucket. */
  public S3ProxyServer() {
    this("", "");
  }

  /**
   * Starts a server that also speaks TLS.
   *
   * @param keyStore a file; "" for no TLS
   */
  S3ProxyServer(String keyStore, String password) {
    try {
      objects = BlobStores.create("transient-nio2", new Properties());
      objects.createContainer(BUCKET);
      S3Proxy.Builder builder =
          S3Proxy.builder()
              .blobStore(objects)
              .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY)
              .endpoint(URI.create("http://127.0.0.1:0"))
              .stopTimeout(0);
      if (!keyStore.isEmpty()) {
        builder.secureEndpoint(URI.create("https://127.0.0.1:0")).keyStore(keyStore, password);
      }
      server = builder.build();
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException("s3proxy does not start", e);
    }
  }

  public int port() {
    return server.getPort();
  }

  public String endpoint() {
    return "http://127.0.0.1:" + port();
  }

  String secureEndpoint() {
    return "https://127.0.0.1:" + server.getSecurePort();
  }

  /** Returns settings for the bucket, of which a test needs no others. */
  public static S3Config config(String endpoint) {
    return config(endpoint, BUCKET, SECRET_KEY, "", Duration.ofSeconds(20));
  }

  static S3Config config(
      String endpoint, String bucket, String secret, String prefix, Duration timeout) {
    S3Config defaults = S3Config.DEFAULTS;
    return new S3Config(
        Secret.NONE,
        endpoint,
        bucket,
        "",
        ACCESS_KEY,
        new Secret(secret),
        Secret.NONE,
        false,
        true,
        defaults.signatureVersion(),
        defaults.storageClass(),
        defaults.sse(),
        new S3Config.HttpConfig(timeout, Duration.ofSeconds(5), timeout, false, ""),
        new S3Config.BackoffConfig(Duration.ofMillis(100), Duration.ofSeconds(3), 4),
        prefix,
        5 << 20,
        8,
        Duration.ofMinutes(1));
  }

  /** Returns the objects of uploads that were begun and neither completed nor given up. */
  public List<String> unfinishedUploads() {
    return objects.listMultipartUploads(BUCKET).stream().map(upload -> upload.key()).toList();
  }

  @Override
  public void close() {
    try {
      server.stop();
      objects.close();
    } catch (Exception e) {
      throw new IllegalStateException("s3proxy does not stop", e);
    }
  }
}
