package io.skald.storage.object.s3;

import io.minio.credentials.AwsConfigProvider;
import io.minio.credentials.AwsEnvironmentProvider;
import io.minio.credentials.ChainedProvider;
import io.minio.credentials.IamAwsProvider;
import io.minio.credentials.Provider;
import io.minio.credentials.StaticProvider;
import java.time.Duration;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Where credentials come from: the configuration, or else the first of the environment ({@code
 * AWS_ACCESS_KEY_ID}), the shared credentials file, and the identity of a pod, task or machine.
 */
final class S3Credentials {
  /** The service of a machine's identity is near, and nobody answers where there is none. */
  private static final Duration METADATA_CONNECT_TIMEOUT = Duration.ofSeconds(2);

  private static final Duration METADATA_TIMEOUT = Duration.ofSeconds(10);

  private S3Credentials() {}

  static Provider provider(S3Config config, S3Address address, OkHttpClient http) {
    if (!address.accessKey().isEmpty()) {
      return new StaticProvider(
          address.accessKey(), address.secretKey().reveal(), sessionToken(config));
    }
    OkHttpClient metadata =
        http.newBuilder()
            .connectTimeout(METADATA_CONNECT_TIMEOUT)
            .callTimeout(METADATA_TIMEOUT)
            .build();
    return new ChainedProvider(
        new AwsEnvironmentProvider(),
        new AwsConfigProvider(null, null),
        new IamAwsProvider(null, metadata));
  }

  private static @Nullable String sessionToken(S3Config config) {
    return config.sessionToken().isEmpty() ? null : config.sessionToken().reveal();
  }
}
