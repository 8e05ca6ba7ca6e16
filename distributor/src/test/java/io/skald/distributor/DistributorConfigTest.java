package io.skald.distributor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistributorConfigTest {
  @Test
  void defaults_areThoseThatUsersKnow() {
    assertThat(DistributorConfig.DEFAULTS.maxRecvMsgSize()).isEqualTo(100L << 20);
    assertThat(DistributorConfig.DEFAULTS.maxDecompressedSize()).isEqualTo(128L << 20);
    assertThat(DistributorConfig.DEFAULTS.replicationFactor()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 10, 10, 1, 0, 1, max_recv_msg_size",
    "1, 0, 10, 1, 0, 1, max_decompressed_size",
    "1, 3000000000, 3000000000, 1, 0, 1, max_decompressed_size",
    "1, 10, 9, 1, 0, 1, max_inflight_decoded_bytes",
    "1, 10, 10, 0, 0, 1, max_rows",
    "1, 10, 10, 1, -1, 1, label_cache_bytes",
    "1, 10, 10, 1, 0, -1, replication_factor",
  })
  void constructor_badValue_namesTheKey(
      long body, long decoded, long inflight, int rows, long cache, int factor, String key) {
    assertThatThrownBy(() -> new DistributorConfig(body, decoded, inflight, rows, cache, factor))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(key);
  }
}
