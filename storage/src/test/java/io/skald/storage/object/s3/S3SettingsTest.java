package io.skald.storage.object.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.common.config.Secret;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What settings do to requests: credentials, TLS, encryption, class. */
class S3SettingsTest {
  @TempDir Path directory;

  /** Settings for a test, changed from those that {@link S3ProxyServer} gives. */
  private record Settings(
      String endpoint,
      String accessKey,
      String secretKey,
      String token,
      String storageClass,
      S3Config.Sse sse,
      boolean insecureSkipVerify,
      String caFile) {
    static Settings of(String endpoint) {
      return new Settings(
          endpoint,
          S3ProxyServer.ACCESS_KEY,
          S3ProxyServer.SECRET_KEY,
          "",
          "STANDARD",
          new S3Config.Sse("", "", ""),
          false,
          "");
    }

    Settings withTls(boolean insecure, String file) {
      return new Settings(endpoint, accessKey, secretKey, token, storageClass, sse, insecure, file);
    }

    Settings withoutKeys() {
      return new Settings(endpoint, "", "", token, storageClass, sse, insecureSkipVerify, caFile);
    }

    S3ObjectStore open() {
      S3Config base = S3ProxyServer.config(endpoint);
      S3Config config =
          new S3Config(
              base.s3(),
              endpoint,
              base.bucketnames(),
              base.region(),
              accessKey,
              new Secret(secretKey),
              new Secret(token),
              base.insecure(),
              base.s3forcepathstyle(),
              base.signatureVersion(),
              storageClass,
              sse,
              new S3Config.HttpConfig(
                  base.httpConfig().timeout(),
                  base.httpConfig().idleConnTimeout(),
                  base.httpConfig().responseHeaderTimeout(),
                  insecureSkipVerify,
                  caFile),
              base.backoffConfig(),
              base.objectPrefix(),
              base.partSize(),
              base.maxConnections(),
              base.callTimeout());
      return new S3ObjectStore(config, Clock.system(), new Random(1), _ -> {});
    }
  }

  private static List<ByteBuffer> content(int size) {
    return List.of(ByteBuffer.wrap("x".repeat(size).getBytes(UTF_8)));
  }

  @Test
  void put_encryptionClassAndToken_areSentWithWhatCreatesAnObject() throws IOException {
    try (S3ProxyServer server = new S3ProxyServer();
        FaultProxy proxy = new FaultProxy(server.port());
        S3ObjectStore store =
            new Settings(
                    proxy.endpoint(),
                    S3ProxyServer.ACCESS_KEY,
                    S3ProxyServer.SECRET_KEY,
                    "session-token-that-nobody-prints",
                    "STANDARD_IA",
                    new S3Config.Sse("SSE-KMS", "the-kms-key", "{\"a\":\"b\"}"),
                    false,
                    "")
                .open()) {
      proxy.rule(_ -> new FaultProxy.Answer(400, "InvalidRequest"));

      for (int size : new int[] {10, 6 << 20}) {
        assertThatThrownBy(() -> store.put("t/a", content(size)))
            .isInstanceOf(StorageException.class)
            .hasMessageNotContaining("session-token-that-nobody-prints");
        assertThat(proxy.requests().getLast().head())
            .contains("x-amz-server-side-encryption: aws:kms\r\n")
            .contains("x-amz-server-side-encryption-aws-kms-key-id: the-kms-key\r\n")
            .contains("x-amz-server-side-encryption-context: eyjhijoiyij9\r\n")
            .contains("x-amz-storage-class: standard_ia\r\n")
            .contains("x-amz-security-token: session-token-that-nobody-prints\r\n");
      }
    }
  }

  @Test
  void put_defaults_leaveEncryptionAndClassToTheBucket() throws IOException {
    try (S3ProxyServer server = new S3ProxyServer();
        FaultProxy proxy = new FaultProxy(server.port());
        S3ObjectStore store = Settings.of(proxy.endpoint()).open()) {
      store.put("t/a", content(10));

      assertThat(proxy.requests().getLast().head())
          .doesNotContain("encryption", "storage-class", "security-token");
    }
  }

  @Test
  void credentials_ofTheSharedFile_areUsedWhereTheConfigurationHasNone() throws IOException {
    Path file = Files.createDirectories(directory.resolve(".aws")).resolve("credentials");
    Files.writeString(
        file,
        "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
            .formatted(S3ProxyServer.ACCESS_KEY, S3ProxyServer.SECRET_KEY));
    String home = System.getProperty("user.home");
    System.setProperty("user.home", directory.toString());
    try (S3ProxyServer server = new S3ProxyServer();
        S3ObjectStore store = Settings.of(server.endpoint()).withoutKeys().open()) {
      store.checkAccess();
    } finally {
      System.setProperty("user.home", home);
    }
  }

  @Test
  void tls_authorityOfAFile_isTrusted_othersAreNot() throws Exception {
    Path keys = directory.resolve("keys.p12");
    keytool("-genkeypair -alias s -keyalg EC -dname CN=s -ext san=ip:127.0.0.1 -keystore " + keys);
    Path ca = directory.resolve("ca.pem");
    keytool("-exportcert -rfc -alias s -file " + ca + " -keystore " + keys);
    try (S3ProxyServer server = new S3ProxyServer(keys.toString(), "password")) {
      Settings settings = Settings.of(server.secureEndpoint());
      try (S3ObjectStore store = settings.withTls(false, ca.toString()).open()) {
        store.put("t/a", content(10));
        assertThat(store.size("t/a")).isEqualTo(10);
      }
      try (S3ObjectStore store = settings.withTls(true, "").open()) {
        assertThat(store.size("t/a")).isEqualTo(10);
      }
      try (S3ObjectStore store = settings.open()) {
        assertThatThrownBy(store::checkAccess)
            .hasMessageContaining("no TLS connection")
            .hasMessageContaining("set http_config.ca_file")
            .hasMessageNotContaining("attempts");
      }
    }
  }

  private static void keytool(String arguments) throws IOException, InterruptedException {
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    List<String> command = new ArrayList<>(List.of(tool));
    command.addAll(List.of(arguments.split(" ")));
    command.addAll(List.of("-storepass", "password"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  @Test
  void open_fileOfAuthoritiesMissing_namesIt() {
    Settings settings = Settings.of("https://127.0.0.1:1").withTls(false, "/no/such/ca.pem");

    assertThatThrownBy(settings::open)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http_config.ca_file")
        .hasMessageContaining("/no/such/ca.pem");
  }
}
