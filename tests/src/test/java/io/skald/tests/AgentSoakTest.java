package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Half a minute in every build, five in the slow one, longer by hand; see {@link AgentSoak}. */
class AgentSoakTest {
  @TempDir private Path directory;

  @Test
  void soak_shortly_bringsEveryLineOnce() throws Exception {
    assertThat(new AgentSoak(directory, 1).run(Duration.ofSeconds(30))).contains("each found once");
  }

  @Test
  @Tag("slow")
  void soak_fiveMinutes_bringsEveryLineOnce() throws Exception {
    assertThat(new AgentSoak(directory, 2).run(Duration.ofMinutes(5))).contains("each found once");
  }
}
