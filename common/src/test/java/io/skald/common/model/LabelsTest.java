package io.skald.common.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelsTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 31, 32, 33, 500})
  void ofDistinct_anyOrder_equalsOf(int size) {
    Random random = new Random(size);
    Map<String, String> map = new TreeMap<>();
    while (map.size() < size) {
      map.put(
          Integer.toString(random.nextInt(1_000_000), 36) + "\uFF21".repeat(random.nextInt(2)),
          "v" + map.size());
    }
    String[] pairs =
        map.entrySet().stream()
            .sorted((a, b) -> Integer.compare(a.getKey().hashCode(), b.getKey().hashCode()))
            .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
            .toArray(String[]::new);

    assertThat(Labels.ofDistinct(pairs)).isEqualTo(Labels.of(map));
  }
}
