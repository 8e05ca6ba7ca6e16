package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies made to harm a server, sent to a real one; after each it must still work. */
class HostilePushTest {
  private static final int BOMB_BYTES = 200 << 20;
  private static final int DEPTH = 200_000;
  private static final String PUSH = "/loki/api/v1/push";
  private static final String OTLP = "/otlp/v1/logs";
  private static final String JSON = "application/json";
  private static final String PROTOBUF = "application/x-protobuf";

  @TempDir private static Path directory;
  private static SkaldProcess skald;
  private static SkaldClient client;

  @BeforeAll
  static void start() {
    int port = SkaldProcess.freePort();
    skald =
        SkaldProcess.start(
            directory,
            port,
            List.of(
                "server",
                "-server.http-listen-address=127.0.0.1",
                "-server.http-listen-port=" + port,
                "-distributor.max-decompressed-size=16MB",
                "-common.path-prefix=" + directory.resolve("data")));
    client = new SkaldClient(skald.address());
  }

  @AfterAll
  static void stop() {
    skald.close();
  }

  @AfterEach
  void stillWorks() {
    String body =
        "{\"streams\":[{\"stream\":{\"app\":\"ok\"},\"values\":[[\""
            + System.currentTimeMillis() * 1_000_000L
            + "\",\"fine\"]]}]}";
    assertThat(send(PUSH, JSON, "", "a", body.getBytes(StandardCharsets.UTF_8)).status())
        .isEqualTo(204);
    assertThat(skald.output()).doesNotContain("StackOverflowError", "OutOfMemoryError");
  }

  private static SkaldClient.Answer send(
      String path, String type, String coding, String tenant, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(skald.address() + path))
            .header("Content-Type", type)
            .header("X-Scope-OrgID", tenant)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (!coding.isEmpty()) {
      request.header("Content-Encoding", coding);
    }
    return client.send(request);
  }

  private static void assertRefused(SkaldClient.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isBetween(400, 499);
    assertThat(answer.text()).doesNotContain("Exception", "\tat ").hasSizeLessThan(2000);
  }

  @ParameterizedTest
  @ValueSource(strings = {PUSH, OTLP})
  void gzip_thatGrowsAThousandfold_isRefused(String path) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write("{\"streams\":[".getBytes(StandardCharsets.UTF_8));
      byte[] blanks = " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
      for (int written = 0; written < BOMB_BYTES; written += blanks.length) {
        gzip.write(blanks);
      }
    }

    assertRefused(send(path, JSON, "gzip", "a", out.toByteArray()));
  }

  @ParameterizedTest
  @ValueSource(strings = {PUSH, OTLP})
  void zstd_thatGrowsAThousandfold_isRefused(String path) {
    assertRefused(send(path, PROTOBUF, "zstd", "a", Zstd.compress(new byte[BOMB_BYTES])));
  }

  @Test
  void snappy_thatLiesAboutItsLength_isRefused() {
    // A block of snappy begins with its length as a varint: here 4 GiB, 2 GiB, 100 MiB, 1000 bytes.
    for (byte[] length :
        List.of(
            new byte[] {-1, -1, -1, -1, 15},
            new byte[] {-1, -1, -1, -1, 7},
            new byte[] {-128, -128, -128, 50},
            new byte[] {-24, 7},
            new byte[] {-1, -1, -1, -1, -1, -1})) {
      byte[] body = new byte[length.length + 5];
      System.arraycopy(length, 0, body, 0, length.length);
      body[length.length] = 12;

      assertRefused(send(PUSH, PROTOBUF, "", "a", body));
    }
  }

  @Test
  void json_nestedDeeply_isRefused() {
    String open = "[".repeat(DEPTH);
    for (String body :
        List.of(
            open,
            "{\"streams\":" + open,
            "{\"streams\":[{\"stream\":{},\"values\":" + open,
            "{\"x\":" + "{\"x\":".repeat(DEPTH))) {
      assertRefused(send(PUSH, JSON, "", "a", body.getBytes(StandardCharsets.UTF_8)));
      assertRefused(send(OTLP, JSON, "", "a", body.getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void otlpJson_valuesNestedDeeply_areRefused() {
    String value = "{\"arrayValue\":{\"values\":[".repeat(DEPTH);
    String body =
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"1\",\"body\":"
            + value;

    assertRefused(send(OTLP, JSON, "", "a", body.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void otlpProtobuf_valuesNestedDeeply_areRefused() {
    // AnyValue.array_value (5) of ArrayValue.values (1) of AnyValue ...
    byte[] value = new byte[0];
    for (int i = 0; i < 3000; i++) {
      value = field(5, field(1, value));
    }
    byte[] record = field(5, value);
    byte[] body = field(1, field(2, field(2, record)));

    assertRefused(send(OTLP, PROTOBUF, "", "a", body));
  }

  /** Returns a length-delimited field of protobuf. */
  private static byte[] field(int number, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(number << 3 | 2);
    int length = content.length;
    while (length > 0x7F) {
      out.write(length & 0x7F | 0x80);
      length >>>= 7;
    }
    out.write(length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../x", "..", ".", "a/b", "a\\b", "%2e%2e", "a%2fb", "a b", "a|b", "~", "$HOME"})
  void tenant_thatIsNoName_reachesNoFile(String tenant) throws IOException {
    String body =
        "{\"streams\":[{\"stream\":{\"app\":\"evil\"},\"values\":[[\""
            + System.currentTimeMillis() * 1_000_000L
            + "\",\"x\"]]}]}";

    assertRefused(send(PUSH, JSON, "", tenant, body.getBytes(StandardCharsets.UTF_8)));
    assertThat(client.get("/flush").status()).isEqualTo(204);
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.equals("x") || name.equals("b") || name.equals(tenant));
    }
  }
}
