package io.skald.querier.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailedPeersTest {
  private final FailedPeers peers = new FailedPeers();

  private static long seconds(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  @Test
  void failed_againAndAgain_isLeftAloneLongerUpToABound() {
    long now = seconds(100);
    for (long pause : new long[] {1, 2, 4, 8, 16, 16, 16}) {
      peers.failed("q", now);
      assertThat(peers.isLeftAlone("q", now + seconds(pause) - 1)).isTrue();
      now += seconds(pause);
      assertThat(peers.isLeftAlone("q", now)).isFalse();
    }
  }

  @Test
  void failed_severalReadsAtOnce_countOnce() {
    peers.failed("q", seconds(1));
    peers.failed("q", seconds(1));
    peers.failed("q", seconds(1) + 1);

    assertThat(peers.isLeftAlone("q", seconds(2))).isFalse();
  }

  @Test
  void answered_isForgiven() {
    peers.failed("q", 0);
    peers.failed("q", seconds(1));
    peers.answered("q");

    assertThat(peers.isLeftAlone("q", seconds(1))).isFalse();
    peers.failed("q", seconds(9));
    assertThat(peers.isLeftAlone("q", seconds(10))).isFalse();
    assertThat(peers.isLeftAlone("other", seconds(9))).isFalse();
  }
}
