package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IngesterClientSectionTest {
  private static final IngesterClientSection DEFAULTS = IngesterClientSection.DEFAULTS;

  private static long maxReadBytes(long configured) {
    return new IngesterClientSection(
            DEFAULTS.remoteTimeout(),
            DEFAULTS.maxInflightBytes(),
            configured,
            DEFAULTS.grpcClientConfig())
        .calls()
        .maxReadBytes();
  }

  @Test
  void calls_moreThanATenthOfTheHeap_isATenth() {
    long heap = Runtime.getRuntime().maxMemory();

    assertThat(maxReadBytes(heap)).isEqualTo(heap / 10);
    assertThat(maxReadBytes(1 << 20)).isEqualTo(1 << 20);
  }
}
