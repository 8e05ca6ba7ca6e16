package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Half a minute in every build, five where {@code CI} is true, longer by hand. */
class AgentSoakTest {
  @TempDir private Path directory;

  @Test
  void soak_everything_bringsEveryLineOnce() throws Exception {
    boolean isCi = "true".equals(System.getenv("CI"));
    Duration duration = isCi ? Duration.ofMinutes(5) : Duration.ofSeconds(30);

    assertThat(new AgentSoak(directory, 1).run(duration)).contains("each found once");
  }
}
