package io.skald.querier.rule.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.common.model.TenantId;
import io.skald.querier.rule.RuleGroup;
import io.skald.querier.rule.RuleReader;
import io.skald.storage.object.InMemoryObjectStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectRulesTest {
  private static final TenantId TENANT = new TenantId("..a'B");
  private static final List<String> NAMES =
      List.of("ns", "..", "../../x", "a/b", "%2f", "", "\u0000", "NS", "n".repeat(5000));

  private final InMemoryObjectStore store = new InMemoryObjectStore();
  private final ObjectRules rules = new ObjectRules(store);

  private static RuleGroup group(String name, String expr) {
    return RuleReader.group("{name: '%s', rules: [{record: r, expr: '%s'}]}".formatted(name, expr));
  }

  @Test
  void put_hostileNames_areThereAfterARestart() {
    for (String namespace : NAMES) {
      rules.put(TENANT, namespace, group("g", "vector(1)"), 0);
      rules.put(TENANT, namespace, group("../g/%2f", "vector(2)"), 0);
    }

    ObjectRules again = new ObjectRules(store);

    assertThat(again.all()).isEqualTo(rules.all());
    assertThat(again.of(TENANT)).hasSize(NAMES.size());
    assertThat(store.list("")).allMatch(key -> key.startsWith("_rules/"));
  }

  @Test
  void put_sameName_replacesInItsPlace() {
    rules.put(TENANT, "ns", group("a", "vector(1)"), 0);
    rules.put(TENANT, "ns", group("b", "vector(2)"), 0);
    rules.put(TENANT, "ns", group("a", "vector(3)"), 0);

    assertThat(rules.of(TENANT).getFirst().groups())
        .containsExactly(group("a", "vector(3)"), group("b", "vector(2)"));
  }

  @Test
  void put_beyondTheLimit_isRefusedAndReplacingIsNot() {
    rules.put(TENANT, "ns", group("a", "vector(1)"), 1);

    assertThatThrownBy(() -> rules.put(TENANT, "other", group("b", "vector(1)"), 1))
        .isInstanceOf(RuleLimitException.class)
        .hasMessage("per-user rule groups limit (limit: 1 actual: 2) exceeded");
    rules.put(TENANT, "ns", group("a", "vector(2)"), 1);
    assertThat(rules.of(TENANT)).hasSize(1);
  }

  @Test
  void remove_lastGroup_removesTheNamespace() {
    rules.put(TENANT, "ns", group("a", "vector(1)"), 0);

    rules.remove(TENANT, "ns", "absent");
    assertThat(rules.of(TENANT)).hasSize(1);
    rules.remove(TENANT, "ns", "a");

    assertThat(rules.all()).isEmpty();
    assertThat(store.list("")).isEmpty();
    assertThat(rules.remove(TENANT, "ns")).isFalse();
  }

  @Test
  void all_nothingChanged_isTheSame() {
    rules.put(TENANT, "ns", group("a", "vector(1)"), 0);

    assertThat(rules.all()).isSameAs(rules.all());
  }

  @Test
  void open_oneFlippedBit_leavesOnlyThatNamespaceOut() {
    rules.put(TENANT, "good", group("a", "vector(1)"), 0);
    rules.put(TENANT, "bad", group("a", "vector(1)"), 0);
    String key = RuleFormat.key(TENANT, "bad");
    byte[] bytes = store.read(key);
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 1;
      store.put(key, List.of(ByteBuffer.wrap(damaged)));

      assertThatThrownBy(() -> RuleFormat.decode(key, damaged))
          .as("byte %d", i)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(key);
    }
    assertThat(new ObjectRules(store).of(TENANT)).hasSize(1);
  }

  @Test
  void decode_everyTruncation_isDamage() {
    rules.put(TENANT, "ns", group("a", "vector(1)"), 0);
    String key = RuleFormat.key(TENANT, "ns");
    byte[] bytes = store.read(key);
    for (int length = 0; length < bytes.length; length++) {
      byte[] shorter = Arrays.copyOf(bytes, length);

      assertThatThrownBy(() -> RuleFormat.decode(key, shorter))
          .isInstanceOf(StorageException.class);
    }
  }

  @Test
  void decode_goldenFile_isRead() {
    String text =
        """
        # skald rules 1 crc32c=%s
        # tenant ..a'B
        namespace: ns
        groups:
          - name: a
            rules:
              - record: r
                expr: vector(1)
        """;
    rules.put(TENANT, "ns", group("a", "vector(1)"), 0);
    String key = RuleFormat.key(TENANT, "ns");
    String written = new String(store.read(key), StandardCharsets.UTF_8);

    assertThat(key)
        .isEqualTo(
            "_rules/_2e.a_27_42/7bfba6e0021f1fd1183dfefe60216f13140365788780f2a26fd8fc1f08b2aa2c");
    assertThat(written).isEqualTo(text.formatted("16d024ff"));
  }
}
