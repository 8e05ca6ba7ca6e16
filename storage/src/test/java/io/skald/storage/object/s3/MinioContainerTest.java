package io.skald.storage.object.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.errors.MinioException;
import io.skald.common.time.Clock;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.object.ObjectStoreContract;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.MinIOContainer;

/** The contract over a real MinIO: {@code mvn -Pdocker verify}, where Docker runs. */
@Tag("docker")
class MinioContainerTest extends ObjectStoreContract {
  private static final String IMAGE = "minio/minio:RELEASE.2025-09-07T16-13-09Z";

  private static MinIOContainer minio;
  private static int buckets;
  private S3ObjectStore store;

  @BeforeAll
  static void start() {
    boolean docker = DockerClientFactory.instance().isDockerAvailable();
    if (!docker) {
      System.out.println("MinioContainerTest is skipped: no Docker daemon can be reached");
    }
    assumeTrue(docker, "no Docker daemon can be reached");
    minio =
        new MinIOContainer(IMAGE)
            .withUserName(S3ProxyServer.ACCESS_KEY)
            .withPassword(S3ProxyServer.SECRET_KEY);
    minio.start();
  }

  @AfterAll
  static void stop() {
    if (minio != null) {
      minio.stop();
    }
  }

  @BeforeEach
  void open() throws MinioException {
    String bucket = "bucket-" + buckets++;
    MinioClient client =
        MinioClient.builder()
            .endpoint(minio.getS3URL())
            .credentials(S3ProxyServer.ACCESS_KEY, S3ProxyServer.SECRET_KEY)
            .build();
    client.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
    S3Config config =
        S3ProxyServer.config(
            minio.getS3URL(),
            bucket,
            S3ProxyServer.SECRET_KEY,
            "",
            S3Config.DEFAULTS.httpConfig().timeout());
    store = new S3ObjectStore(config, Clock.system(), new Random(1), Sleeper.SYSTEM);
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }

  @Override
  protected ObjectStore store() {
    return store;
  }

  @Test
  void checkAccess_bucketIsThere_succeeds() {
    store.checkAccess();

    store.put("a", List.of(bytes("x")));
    assertThat(store.list("")).containsExactly("a");
  }
}
