package io.skald.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CacheConfigTest {
  @Test
  void default_is128MebibytesInAll() {
    CacheConfig config = CacheConfig.DEFAULT;

    assertThat(config.footerBytes() + config.columnBytes() + config.lineBytes())
        .isEqualTo(128L << 20);
  }

  @Test
  void new_negativeSize_isRefused() {
    assertThatThrownBy(() -> new CacheConfig(0, -1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }
}
