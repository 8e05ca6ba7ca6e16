package io.skald.storage.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.skald.common.model.TenantId;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectKeyTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          fake, fake
          team-1.eu, team-1.eu
          my_team, my__team
          Team, _54eam
          a*b, a_2ab
          .hidden, _2ehidden
          dot., dot_2e
          (it's!), _28it_27s_21_29
          """)
  void ofTenant_unsafeCharacters_areEscaped(String tenant, String segment) {
    assertThat(ObjectKey.ofTenant(new TenantId(tenant))).isEqualTo(segment);
  }

  @Test
  void ofTenant_longest_isAValidKey() {
    String key = ObjectKey.ofTenant(new TenantId("*".repeat(150))) + "/packs/20260101/x.pack";

    assertThatCode(() -> ObjectKey.check(key)).doesNotThrowAnyException();
  }

  @Test
  void ofTenant_differentTenants_neverShareAPathEvenIgnoringCase() {
    long seed = 42;
    Random random = new Random(seed);
    String alphabet = "aAbB_-.*2'";
    Set<String> tenants = new HashSet<>(List.of("a", "A", "_a", "a_", "_41", "_2a", "*"));
    for (int i = 0; i < 20_000; i++) {
      StringBuilder tenant = new StringBuilder("x");
      for (int length = random.nextInt(6); length > 0; length--) {
        tenant.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      tenants.add(tenant.toString());
    }
    for (int stars = 60; stars < 80; stars++) {
      tenants.add("*".repeat(stars));
    }

    Set<String> keys = new HashSet<>();
    tenants.forEach(t -> keys.add(ObjectKey.ofTenant(new TenantId(t)).toLowerCase(Locale.ROOT)));

    assertThat(keys).as("seed %d", seed).hasSameSizeAs(tenants);
  }
}
