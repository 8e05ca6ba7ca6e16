package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An object store that is away for half a minute, and for ten; see {@link StoreOutage}. */
class StoreOutageTest {
  @TempDir private Path directory;

  @Test
  void outage_halfAMinute_losesNothingAndTellsWhyItRefuses() throws Exception {
    run(Duration.ofSeconds(30));
  }

  @Test
  @Tag("slow")
  void outage_tenMinutes_losesNothingAndTellsWhyItRefuses() throws Exception {
    run(Duration.ofMinutes(10));
  }

  private void run(Duration time) throws Exception {
    StoreOutage outage = new StoreOutage(directory);

    System.out.println(outage.run(time));

    assertThat(outage.refusal()).startsWith("503").contains("ingester.max_unflushed_bytes");
  }
}
