package io.skald.ingester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class IngesterConfigTest {
  @Test
  void defaults_areThoseOfTheDocumentation() {
    IngesterConfig config = IngesterConfig.defaults();

    assertThat(config.chunkBlockSize()).isEqualTo(262_144);
    assertThat(config.chunkTargetSize()).isEqualTo(1_572_864);
    assertThat(config.maxChunkAge()).isEqualTo(Duration.ofHours(2));
    assertThat(config.chunkIdlePeriod()).isEqualTo(Duration.ofMinutes(30));
    assertThat(config.flushCheckPeriod()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.maxUnflushedBytes()).isEqualTo(192L << 20);
    assertThat(config.outOfOrderWindow()).isEqualTo(Duration.ofHours(1));
    assertThat(config.wal().enabled()).isTrue();
  }

  @Test
  void constructor_walDisabled_isRefused() {
    IngesterConfig.Wal wal = IngesterConfig.Wal.defaults();
    assertThatThrownBy(() ->
            new IngesterConfig.Wal(
                false,
                wal.dir(),
                wal.segmentSize(),
                wal.checkpointDuration(),
                wal.checkpointSize(),
                wal.replayMemoryCeiling(),
                wal.maxQueuedBytes(),
                wal.maxQueueWait()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ingester.wal.enabled must stay true");
  }

  @Test
  void constructor_blockSizeOutOfRange_namesKeyAndValue() {
    assertThatThrownBy(() -> withBlockSize(10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ingester.chunk_block_size must be 1 KiB to 64 MiB: 10");
    assertThatThrownBy(() -> withBlockSize(1L << 30)).isInstanceOf(IllegalArgumentException.class);
  }

  private static IngesterConfig withBlockSize(long bytes) {
    IngesterConfig config = IngesterConfig.defaults();
    return new IngesterConfig(
        bytes,
        config.chunkTargetSize(),
        config.maxChunkAge(),
        config.chunkIdlePeriod(),
        config.flushCheckPeriod(),
        config.concurrentFlushes(),
        config.maxPackSize(),
        config.maxUnflushedBytes(),
        config.maxPushWait(),
        config.sealThreads(),
        config.wal());
  }
}
