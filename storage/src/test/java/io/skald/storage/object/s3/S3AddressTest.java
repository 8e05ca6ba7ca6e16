package io.skald.storage.object.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.config.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the keys of a configuration lead. */
class S3AddressTest {
  private static S3Config config(
      String s3, String endpoint, String bucket, String region, boolean insecure, boolean path) {
    S3Config defaults = S3Config.DEFAULTS;
    return new S3Config(
        new Secret(s3),
        endpoint,
        bucket,
        region,
        "",
        Secret.NONE,
        Secret.NONE,
        insecure,
        path,
        defaults.signatureVersion(),
        defaults.storageClass(),
        defaults.sse(),
        defaults.httpConfig(),
        defaults.backoffConfig(),
        "",
        defaults.partSize(),
        1,
        defaults.callTimeout());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          ''; ''; logs; ''; false; false; https://s3.us-east-1.amazonaws.com/; us-east-1; logs; true
          ''; ''; logs; eu-west-1; false; false; https://s3.eu-west-1.amazonaws.com/; eu-west-1; logs; true
          ''; s3.eu-central-1.amazonaws.com; logs; ''; false; false; https://s3.eu-central-1.amazonaws.com/; eu-central-1; logs; true
          ''; s3.dualstack.cn-north-1.amazonaws.com.cn; logs; ''; false; true; https://s3.dualstack.cn-north-1.amazonaws.com.cn/; cn-north-1; logs; false
          ''; minio:9000; logs; ''; true; false; http://minio:9000/; us-east-1; logs; false
          ''; http://127.0.0.1:9000; logs; ''; false; false; http://127.0.0.1:9000/; us-east-1; logs; false
          ''; https://[::1]:9000; logs; ''; false; false; https://[::1]:9000/; us-east-1; logs; false
          ''; store.example; logs; home; false; false; https://store.example/; home; logs; true
          s3://eu-west-2/logs; ''; ''; ''; false; false; https://s3.eu-west-2.amazonaws.com/; eu-west-2; logs; true
          s3://k:s@minio.example:9000/logs; ''; ''; ''; true; true; http://minio.example:9000/; us-east-1; logs; false
          s3://k:s@localhost/logs; ''; other; here; true; false; http://localhost/; here; other; false
          """)
  void of_keys_leadToTheBucket(
      String s3,
      String endpoint,
      String bucket,
      String region,
      boolean insecure,
      boolean path,
      String url,
      String expectedRegion,
      String expectedBucket,
      boolean virtual) {
    S3Address address = S3Address.of(config(s3, endpoint, bucket, region, insecure, path), "");

    assertThat(address.endpoint()).hasToString(url);
    assertThat(address.region()).isEqualTo(expectedRegion);
    assertThat(address.bucket()).isEqualTo(expectedBucket);
    assertThat(address.virtualHosted()).isEqualTo(virtual);
  }

  @Test
  void of_environment_namesTheRegionWhereNothingElseDoes() {
    S3Address aws = S3Address.of(config("", "", "logs", "", false, false), "eu-north-1");
    S3Address own = S3Address.of(config("", "h:1", "logs", "", false, false), "eu-north-1");
    S3Address named = S3Address.of(config("", "h:1", "logs", "home", false, false), "eu-north-1");

    assertThat(aws.endpoint().host()).isEqualTo("s3.eu-north-1.amazonaws.com");
    assertThat(own.region()).isEqualTo("eu-north-1");
    assertThat(named.region()).isEqualTo("home");
  }

  @Test
  void of_url_hasItsKeysDecodedAndTellsThemToNobody() {
    S3Address address =
        S3Address.of(config("s3://the+key:a%2Fb%3Ac@h:1/logs", "", "", "", true, false), "");

    assertThat(address.accessKey()).isEqualTo("the+key");
    assertThat(address.secretKey().reveal()).isEqualTo("a/b:c");
    assertThat(address.toString()).isEqualTo("bucket 'logs' at http://h:1");
  }
}
