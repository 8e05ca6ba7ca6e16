package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few kills of a real server in every build, more in the slow one; see {@link KillLoop}. */
class KillTest {
  @TempDir private Path directory;

  @Test
  void kill_underLoad_losesNothingAcknowledged() throws Exception {
    assertThat(new KillLoop(directory, 1).run(2)).startsWith("2 kills");
  }

  @Test
  @Tag("slow")
  void kill_200Times_losesNothingAcknowledged() throws Exception {
    assertThat(new KillLoop(directory, 2).run(200)).startsWith("200 kills");
  }
}
