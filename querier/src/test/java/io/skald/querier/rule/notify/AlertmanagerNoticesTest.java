package io.skald.querier.rule.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.config.ConfigReader;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.querier.rule.ReceivingServer;
import io.skald.querier.rule.RulerConfig;
import io.skald.querier.rule.evaluate.Notice;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AlertmanagerNoticesTest {
  private static final TenantId TENANT = new TenantId("a");
  private static final Notice NOTICE =
      new Notice(
          Labels.of("alertname", "Jam", "x", "own"),
          Labels.of("summary", "a \"b\""),
          1_500_000_000L,
          2_000_000_000L,
          "vector(1) > 0");

  private final ReceivingServer server = new ReceivingServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private AlertmanagerNotices notices(String urls) {
    RulerConfig config =
        new ConfigReader("r.yaml", Set.of())
            .read(
                """
                external_url: http://grafana/
                datasource_uid: loki1
                external_labels: {x: other, region: eu}
                alertmanager_url: %s
                alertmanager_client: {basic_auth_username: u, basic_auth_password: p}
                notification_queue_capacity: 100
                """
                    .formatted(urls),
                RulerConfig.DEFAULTS,
                Map.of());
    return new AlertmanagerNotices(config, "test", Clock.system());
  }

  @Test
  void take_notice_isPostedAsTheApiTakesIt() throws InterruptedException {
    try (AlertmanagerNotices notices = notices(server.url() + "/prefix/")) {
      notices.take(TENANT, List.of(NOTICE));
      ReceivingServer.Received got = server.next();

      assertThat(got.path()).isEqualTo("/prefix/api/v2/alerts");
      assertThat(got.headers().getFirst("Content-Type")).isEqualTo("application/json");
      assertThat(got.headers().getFirst("Authorization")).isEqualTo("Basic dTpw");
      assertThat(new String(got.body(), StandardCharsets.UTF_8))
          .isEqualTo(
              "[{\"labels\":{\"alertname\":\"Jam\",\"region\":\"eu\",\"x\":\"own\"},"
                  + "\"annotations\":{\"summary\":\"a \\\"b\\\"\"},"
                  + "\"startsAt\":\"1970-01-01T00:00:01.500Z\","
                  + "\"endsAt\":\"1970-01-01T00:00:02Z\","
                  + "\"generatorURL\":\"http://grafana/explore?left=%7B%22datasource%22%3A%22loki1"
                  + "%22%2C%22queries%22%3A%5B%7B%22refId%22%3A%22A%22%2C%22expr%22%3A%22vector%281"
                  + "%29+%3E+0%22%2C%22queryType%22%3A%22range%22%7D%5D%2C%22range%22%3A%7B%22from"
                  + "%22%3A%22now-1h%22%2C%22to%22%3A%22now%22%7D%7D\"}]");
    }
  }

  @Test
  void take_severalAlertmanagers_eachIsTold() throws InterruptedException {
    try (ReceivingServer other = new ReceivingServer();
        AlertmanagerNotices notices = notices(server.url() + "," + other.url())) {
      notices.take(TENANT, List.of(NOTICE));

      assertThat(server.next().body()).isEqualTo(other.next().body());
    }
  }

  @Test
  void take_oneAlertmanagerIsAway_theOtherIsTold() throws InterruptedException {
    AlertmanagerNotices notices = notices("http://127.0.0.1:1," + server.url());
    notices.take(TENANT, List.of(NOTICE));
    server.next();
    notices.close();

    assertThat(notices.sent()).isEqualTo(1);
    assertThat(notices.errors()).isEqualTo(1);
  }

  @Test
  void take_refused_isCountedAndNotRepeated() throws InterruptedException {
    server.answer(400);
    AlertmanagerNotices notices = notices(server.url());
    notices.take(TENANT, Collections.nCopies(3, NOTICE));
    server.next();
    notices.close();

    assertThat(server.waiting()).isZero();
    assertThat(notices.errors()).isEqualTo(3);
  }

  @Test
  void take_moreThanFit_dropsTheOldest() {
    AlertmanagerNotices notices = notices(server.url());
    notices.take(TENANT, Collections.nCopies(250, NOTICE));
    notices.close();

    assertThat(notices.sent() + notices.dropped()).isEqualTo(250);
    assertThat(notices.dropped()).isGreaterThanOrEqualTo(150 - 64);
  }
}
