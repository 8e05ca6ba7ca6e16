package io.skald.storage.object.s3;

import io.skald.common.tls.ClientTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** Makes the HTTP client: connections, their limits, TLS. */
final class S3Http {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private S3Http() {}

  /**
   * @param threads runs the requests; stays open
   * @throws IllegalArgumentException if the file with authorities is no good
   */
  static OkHttpClient client(S3Config config, ExecutorService threads) {
    S3Config.HttpConfig http = config.httpConfig();
    Dispatcher dispatcher = new Dispatcher(threads);
    dispatcher.setMaxRequests(config.maxConnections());
    dispatcher.setMaxRequestsPerHost(config.maxConnections());
    OkHttpClient.Builder builder =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectionPool(
                new ConnectionPool(
                    config.maxConnections(),
                    http.idleConnTimeout().toMillis(),
                    TimeUnit.MILLISECONDS))
            // One request a connection: a large body holds nobody up.
            .protocols(List.of(Protocol.HTTP_1_1))
            .connectTimeout(CONNECT_TIMEOUT)
            .readTimeout(http.responseHeaderTimeout())
            .writeTimeout(http.responseHeaderTimeout())
            .followRedirects(false)
            // What is tried again, and how often, is decided in one place: S3Requests.
            .retryOnConnectionFailure(false);
    if (http.insecureSkipVerify()) {
      trust(builder, ClientTls.trustingAll());
      builder.hostnameVerifier((_, _) -> true);
    } else if (!http.caFile().isEmpty()) {
      trust(builder, ClientTls.trusting(http.caFile(), content(http.caFile())));
    }
    return builder.build();
  }

  private static byte[] content(String caFile) {
    try {
      return Files.readAllBytes(Path.of(caFile));
    } catch (IOException e) {
      throw new IllegalArgumentException("http_config.ca_file cannot be read: " + e, e);
    }
  }

  private static void trust(OkHttpClient.Builder builder, X509TrustManager trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {trust}, null);
      builder.sslSocketFactory(context.getSocketFactory(), trust);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }
}
