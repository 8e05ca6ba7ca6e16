package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few faults of a real cluster in every build, more in the slow one; see {@link FaultPlan}. */
class FaultPlanTest {
  @TempDir private Path directory;

  private static void needEtcd() throws Exception {
    assumeTrue(ClusterTest.isInstalled("etcd"), "etcd is not installed: FaultPlanTest is skipped");
  }

  @Test
  void faults_fewAndShort_loseDoubleAndInventNothing() throws Exception {
    needEtcd();
    FaultPlan plan = new FaultPlan(directory, 1, FaultPlan.Size.SHORT);

    String done = plan.run(Duration.ofSeconds(10));

    System.out.println(done);
    assertThat(done).contains("faults {");
  }

  @Test
  @Tag("slow")
  void faults_ofAllKindsForTenMinutes_loseDoubleAndInventNothing() throws Exception {
    needEtcd();
    FaultPlan plan = new FaultPlan(directory, 2, FaultPlan.Size.LONG);

    String done = plan.run(Duration.ofMinutes(10));

    System.out.println(done);
    assertThat(done).contains("faults {");
  }

  @Test
  @Tag("slow")
  void faults_ofMembersThatTellEachOther_loseDoubleAndInventNothing() throws Exception {
    FaultPlan plan = new FaultPlan(directory, 3, FaultPlan.Size.LONG_GOSSIP);

    String done = plan.run(Duration.ofMinutes(10));

    System.out.println(done);
    assertThat(done).contains("faults {");
  }
}
