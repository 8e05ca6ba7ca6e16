package io.skald.querier.rule.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.config.ConfigReader;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.querier.rule.ReceivingServer;
import io.skald.querier.rule.RulerConfig;
import io.skald.querier.rule.evaluate.Sample;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

class RemoteSamplesTest {
  private static final TenantId TENANT = new TenantId("a");
  private static final Sample SAMPLE = new Sample(Labels.of("__name__", "n", "x", "own"), 1, 2);

  private final ReceivingServer server = new ReceivingServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private RemoteSamples samples(String url) {
    RulerConfig config =
        new ConfigReader("r.yaml", Set.of())
            .read(
                """
                external_labels: {x: other, region: eu}
                remote_write:
                  enabled: true
                  client:
                    url: %s/api/v1/write
                    headers: {X-Custom: c}
                    basic_auth: {username: u, password: p}
                    queue_config: {capacity: 10, min_backoff: 1ms, max_backoff: 2ms}
                """
                    .formatted(url),
                RulerConfig.DEFAULTS,
                Map.of());
    return new RemoteSamples(config, "test", Clock.system());
  }

  @Test
  void take_sample_isSentWithItsHeadersAndLabels() throws InterruptedException, IOException {
    try (RemoteSamples samples = samples(server.url())) {
      samples.take(TENANT, List.of(SAMPLE));
      ReceivingServer.Received got = server.next();

      assertThat(got.path()).isEqualTo("/api/v1/write");
      assertThat(got.headers().getFirst("Content-Encoding")).isEqualTo("snappy");
      assertThat(got.headers().getFirst("X-Scope-OrgID")).isEqualTo("a");
      assertThat(got.headers().getFirst("X-Custom")).isEqualTo("c");
      assertThat(got.headers().getFirst("Authorization")).isEqualTo("Basic dTpw");
      assertThat(Snappy.uncompress(got.body()))
          .isEqualTo(
              WriteRequest.message(
                  List.of(
                      new Sample(Labels.of("__name__", "n", "x", "own", "region", "eu"), 1, 2))));
    }
  }

  @Test
  void take_receiverFails_isRepeatedUntilTaken() throws InterruptedException {
    server.answer(503);
    server.answer(429);
    RemoteSamples samples = samples(server.url());
    samples.take(TENANT, List.of(SAMPLE));
    byte[] first = server.next().body();
    server.next();

    assertThat(server.next().body()).isEqualTo(first);
    samples.close();
    assertThat(samples.sent()).isEqualTo(1);
    assertThat(samples.retries()).isEqualTo(2);
    assertThat(samples.dropped()).isZero();
  }

  @Test
  void take_receiverRefuses_isNotRepeated() throws InterruptedException {
    server.answer(400);
    RemoteSamples samples = samples(server.url());
    samples.take(TENANT, List.of(SAMPLE));
    server.next();
    samples.close();

    assertThat(server.waiting()).isZero();
    assertThat(samples.refused()).isEqualTo(1);
  }

  @Test
  void close_receiverIsAway_countsWhatIsLost() {
    RemoteSamples samples = samples("http://127.0.0.1:1");
    samples.take(TENANT, Collections.nCopies(25, SAMPLE));
    samples.close();

    assertThat(samples.sent()).isZero();
    assertThat(samples.dropped()).isEqualTo(25);
  }
}
