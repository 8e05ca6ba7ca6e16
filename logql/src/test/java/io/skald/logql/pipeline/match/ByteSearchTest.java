package io.skald.logql.pipeline.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ByteSearchTest {
  @Test
  void find_randomInput_agreesWithNaiveSearch() {
    Random random = new Random(42);
    for (int round = 0; round < 60_000; round++) {
      byte[] area = randomBytes(random, random.nextInt(300));
      int from = random.nextInt(area.length + 1);
      int to = from + random.nextInt(area.length - from + 1);
      byte[] literal = randomBytes(random, 1 + random.nextInt(random.nextInt(4) == 0 ? 90 : 4));

      assertThat(ByteSearch.of(literal).find(area, from, to))
          .as("round %d", round)
          .isEqualTo(naive(area, from, to, literal, false));
      assertThat(ByteSearch.ignoringAsciiCase(literal).find(area, from, to))
          .as("round %d, either case", round)
          .isEqualTo(naive(area, from, to, literal, true));
    }
  }

  @Test
  void find_literalAtEveryPosition_isFound() {
    byte[] literal = "needle".getBytes(StandardCharsets.UTF_8);
    for (int size = 6; size < 200; size++) {
      for (int at = 0; at + 6 <= size; at++) {
        byte[] area = new byte[size];
        System.arraycopy(literal, 0, area, at, 6);

        assertThat(ByteSearch.of(literal).find(area, 0, size)).isEqualTo(at);
        assertThat(ByteSearch.of(literal).find(area, 0, at + 5)).isEqualTo(-1);
        assertThat(ByteSearch.of(literal).find(area, at + 1, size)).isEqualTo(-1);
      }
    }
  }

  @Test
  void ignoringAsciiCase_bytesThatDifferInTheCaseBit_areNotEqual() {
    byte[] area = "[@`{\u00E5".getBytes(StandardCharsets.ISO_8859_1);

    assertThat(search("{").isIn(area, 0, 1)).isFalse();
    assertThat(search("@a").isIn("`a".getBytes(StandardCharsets.UTF_8), 0, 2)).isFalse();
    assertThat(
            ByteSearch.ignoringAsciiCase(new byte[] {'x', (byte) 0xC5})
                .isIn(new byte[] {'X', (byte) 0xE5}, 0, 2))
        .isFalse();
  }

  @Test
  void of_emptyLiteral_isRefused() {
    assertThatThrownBy(() -> ByteSearch.of(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ByteSearch search(String literal) {
    return ByteSearch.ignoringAsciiCase(literal.getBytes(StandardCharsets.UTF_8));
  }

  /** Few different bytes, so that literals do occur; letters in both cases and high bytes. */
  private static byte[] randomBytes(Random random, int length) {
    byte[] alphabet = {'a', 'A', 'b', 'B', 'k', '[', '{', 0, (byte) 0xC3, (byte) 0xE3};
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = alphabet[random.nextInt(random.nextInt(5) == 0 ? alphabet.length : 3)];
    }
    return bytes;
  }

  private static int naive(byte[] area, int from, int to, byte[] literal, boolean ignoreCase) {
    for (int at = from; at + literal.length <= to; at++) {
      int matched = 0;
      while (matched < literal.length
          && (area[at + matched] == literal[matched]
              || (ignoreCase && lower(area[at + matched]) == lower(literal[matched])))) {
        matched++;
      }
      if (matched == literal.length) {
        return at;
      }
    }
    return -1;
  }

  private static int lower(byte b) {
    return b >= 'A' && b <= 'Z' ? b + 32 : b;
  }
}
