package io.skald.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/** Holds the direction of dependencies: cli, server, roles, logql and storage, common. */
@AnalyzeClasses(
    packages = "io.skald",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoJarsOfTests.class})
class ArchitectureTest {
  /**
   * Other modules lend this one what their tests are made of; packaged, it looks like a product.
   */
  static final class NoJarsOfTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule modules_dependDownwardsOnly =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.skald..")
          .layer("cli")
          .definedBy("io.skald.cli..")
          .layer("server")
          .definedBy("io.skald.server..")
          .layer("distributor")
          .definedBy("io.skald.distributor..")
          .layer("ingester")
          .definedBy("io.skald.ingester..")
          .layer("querier")
          .definedBy("io.skald.querier..")
          .layer("agent")
          .definedBy("io.skald.agent..")
          .layer("logql")
          .definedBy("io.skald.logql..")
          .layer("storage")
          .definedBy("io.skald.storage..")
          .layer("common")
          .definedBy("io.skald.common..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("server")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("distributor")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("ingester")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("querier")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("agent")
          .mayOnlyBeAccessedByLayers("server", "cli")
          .whereLayer("logql")
          .mayOnlyBeAccessedByLayers("querier", "agent", "server", "cli")
          .whereLayer("storage")
          .mayOnlyBeAccessedByLayers("ingester", "querier", "server", "cli");

  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices().matching("io.skald.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule thirdPartyTypes_stayAtTheEdge_rocksDb =
      onlyIn("org.rocksdb..", "io.skald.storage.index..");

  @ArchTest
  static final ArchRule thirdPartyTypes_stayAtTheEdge_netty =
      onlyIn("io.netty..", "io.skald.common.http..", "io.skald.common.rpc..");

  @ArchTest
  static final ArchRule thirdPartyTypes_stayAtTheEdge_grpc =
      onlyIn("io.grpc..", "io.skald.common.rpc..");

  @ArchTest
  static final ArchRule thirdPartyTypes_stayAtTheEdge_jgroups =
      onlyIn("org.jgroups..", "io.skald.common.rpc.gossip..");

  @ArchTest
  static final ArchRule thirdPartyTypes_stayAtTheEdge_minio =
      onlyIn("io.minio..", "io.skald.storage.object.s3..");

  @ArchTest
  static final ArchRule thirdPartyTypes_stayAtTheEdge_kubernetes =
      onlyIn("io.fabric8..", "io.skald.agent.discovery.kubernetes..");

  @ArchTest
  static final ArchRule thirdPartyTypes_stayAtTheEdge_commonsCompress =
      onlyIn(
          "org.apache.commons.compress..", "io.skald.agent.decompress..", "io.skald.common.push..");

  @ArchTest
  static final ArchRule thirdPartyTypes_stayAtTheEdge_okHttp =
      onlyIn("okhttp3..", "io.skald.storage.object.s3..");

  @ArchTest
  static final ArchRule time_comesFromTheClock =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.skald.common.time..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(java.time.LocalDateTime.class, "now")
          .because("the clock is injected, see io.skald.common.time.Clock");

  @ArchTest
  static final ArchRule secrets_areComparedInConstantTime =
      classes()
          .that()
          .haveSimpleName("PasswordHash")
          .or()
          .haveSimpleName("BearerAuthenticator")
          .or()
          .haveSimpleName("Secret")
          .should()
          .callMethod(java.security.MessageDigest.class, "isEqual", byte[].class, byte[].class);

  @ArchTest
  static final ArchRule secrets_areNotComparedOtherwise =
      noClasses()
          .that()
          .resideInAPackage("io.skald.server.auth..")
          .should()
          .callMethod(java.util.Arrays.class, "equals", byte[].class, byte[].class);

  @ArchTest
  static final ArchRule thirdPartyTypes_stayAtTheEdge_jose =
      onlyIn("com.nimbusds..", "io.skald.server.auth..");

  @ArchTest
  static final ArchRule thirdPartyTypes_stayAtTheEdge_openTelemetry =
      onlyIn("io.opentelemetry..", "io.skald.server.trace..");

  @ArchTest
  static final ArchRule names_sayWhatAThingIs =
      classes()
          .that()
          .resideInAPackage("io.skald..")
          .should()
          .haveNameNotMatching(".*(Util|Utils|Helper|Manager|Impl)$");

  private static ArchRule onlyIn(String thirdParty, String... homes) {
    return noClasses()
        .that(
            DescribedPredicate.describe(
                "are outside of " + String.join(" and ", homes),
                (JavaClass type) ->
                    Arrays.stream(homes)
                        .noneMatch(
                            home -> type.getPackageName().matches(home.replace("..", "(\\..*)?")))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(thirdParty);
  }
}
