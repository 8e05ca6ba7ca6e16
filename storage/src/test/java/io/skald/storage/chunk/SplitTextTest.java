package io.skald.storage.chunk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTextTest {
  private static final Section SECTION = new Section("t/a.pack", "LINES", 77, 0, new byte[0]);

  private final SplitTextEncoder split = new SplitTextEncoder();

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          "no digits at all", "no digits at all"
          "at 12:30, 7 of 8", "at #:#, # of #"
          "a1b22c333", "a#b#c#"
          "id 0123456789abcdef!", "id @!"
          "id 0123456789abcdef0123456789abcdef!", "id $!"
          "id 0123456789abcdef0123456789abcdef01!", "id @!"
          "0123456789abcde", "#abcde"
          "0123456789abcdef0", "#abcdef#"
          "0123456789abcdeg", "#abcdeg"
          "0123456789Abcdef", "#Abcdef"
          "0123456789012345", "#"
          "abcdefabcdefabcdef", "abcdefabcdefabcdef"
          "xyz0123456789abcdef", "xyz#abcdef"
          "deadbeef00000000-1", "@-#"
          """)
  void encode_tokens_leaveMarkersInTheText(String raw, String text) {
    assertThat(encode(raw)).isTrue();

    String stream =
        new String(split.text(), SplitText.LEAD, split.textLength(), ISO_8859_1)
            .replace((char) SplitText.NUMBER, '#')
            .replace((char) SplitText.ID_32, '$')
            .replace((char) SplitText.ID, '@');
    assertThat(stream).isEqualTo(text);
    assertThat(decode(raw.length())).asString().isEqualTo(raw);
  }

  @Test
  void encode_ids_arePackedTwoDigitsAByte() {
    encode("deadbeef00c0ffee 0123456789abcdef0123456789abcdef");

    assertThat(Arrays.copyOf(split.ids(), split.idsLength()))
        .inHexadecimal()
        .containsExactly(
            8, 0xDE, 0xAD, 0xBE, 0xEF, 0, 0xC0, 0xFF, 0xEE, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB,
            0xCD, 0xEF, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF);
  }

  @Test
  void encode_numbersOfOneContextAndWidth_standSideBySideWithoutMarks() {
    encode("status=200 bytes=1 status=404 bytes=22 status=500 bytes=333");

    String numbers = new String(split.numbers(), 0, split.numbersLength(), ISO_8859_1);
    assertThat(numbers).contains("200404500").contains("1\n22\n333\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0001", "text \u0002", "12\u0003", "0123456789abcdef\u0001"})
  void encode_markerInTheText_isRefused(String raw) {
    assertThat(encode(raw)).isFalse();
  }

  @Test
  void decode_everyByteAlone_andInContext_isRestored() {
    for (int b = 0; b < 256; b++) {
      if (b >= SplitText.NUMBER && b <= SplitText.ID) {
        continue;
      }
      String c = String.valueOf((char) b);
      for (String raw : new String[] {c, c.repeat(30), "1" + c + "2", "ab" + c + "12345678901"}) {
        assertThat(encode(raw)).isTrue();
        assertThat(new String(decode(raw.length()), ISO_8859_1)).as("byte %d", b).isEqualTo(raw);
      }
    }
  }

  @Test
  void decode_everyLengthOfRuns_isRestored() {
    for (int length = 0; length <= 600; length++) {
      for (String unit : new String[] {"7", "a", "-", "a7", "7-", "0123456789abcdef"}) {
        String raw = unit.repeat(length / unit.length() + 1).substring(0, length);
        assertThat(encode(raw)).isTrue();
        assertThat(new String(decode(length), ISO_8859_1)).isEqualTo(raw);
      }
    }
  }

  @Test
  void decode_randomText_isRestored() {
    long seed = 7;
    Random random = new Random(seed);
    String[] alphabets = {"01", "0a", "0af-", "019afgzAZ \n\0", "abcdef0123456789"};
    for (int i = 0; i < 20_000; i++) {
      String alphabet = alphabets[random.nextInt(alphabets.length)];
      StringBuilder raw = new StringBuilder();
      for (int length = random.nextInt(80); length > 0; length--) {
        raw.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThat(encode(raw.toString())).isTrue();
      assertThat(new String(decode(raw.length()), ISO_8859_1))
          .as("seed %d, text %d", seed, i)
          .isEqualTo(raw.toString());
    }
  }

  @Test
  void encode_partOfAnArray_ignoresWhatIsAround() {
    byte[] raw = "99ab12cd99\u0001".getBytes(ISO_8859_1);

    assertThat(split.encode(raw, 2, 8)).isTrue();

    assertThat(decode(6)).asString().isEqualTo("ab12cd");
  }

  @Test
  void decode_wrongRawLength_isRefused() {
    encode("at 12:30:59 from 10.0.0.17 0123456789abcdef");

    for (int length : new int[] {0, 1, 42, 44, 1_000_000, Integer.MAX_VALUE - 8}) {
      assertThatThrownBy(() -> decode(length))
          .isInstanceOf(CorruptChunkException.class)
          .hasMessageContaining("t/a.pack")
          .hasMessageContaining("offset 77");
    }
  }

  @Test
  void decode_damagedStreams_neverWritesOutsideOrHangs() {
    long seed = 11;
    Random random = new Random(seed);
    String raw = "at 12:30:59 from 10.0.0.17 0123456789abcdef 5 0123456789abcdef0123456789abcdef";
    encode(raw);
    int restored = 0;
    for (int i = 0; i < 100_000; i++) {
      byte[] text = text();
      byte[] numbers = numbers();
      byte[] ids = ids();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        byte[] stream = random.nextBoolean() ? text : random.nextBoolean() ? numbers : ids;
        stream[random.nextInt(stream.length)] = (byte) random.nextInt(random.nextInt(2) * 252 + 4);
      }
      try {
        byte[] result = new SplitTextDecoder(SECTION, text, numbers, ids, raw.length()).decode();
        assertThat(result).hasSize(raw.length() + SplitTextDecoder.SLACK);
        restored++;
      } catch (CorruptChunkException expected) {
        assertThat(expected).hasMessageContaining("t/a.pack");
      }
    }
    assertThat(restored).as("some changes only change letters").isPositive();
  }

  private boolean encode(String raw) {
    return split.encode(raw.getBytes(ISO_8859_1), 0, raw.length());
  }

  private byte[] decode(int length) {
    byte[] raw = new SplitTextDecoder(SECTION, text(), numbers(), ids(), length).decode();
    return Arrays.copyOf(raw, length);
  }

  private byte[] text() {
    return Arrays.copyOf(
        Arrays.copyOf(split.text(), SplitText.LEAD + split.textLength()),
        SplitText.LEAD + split.textLength() + SplitTextDecoder.SLACK);
  }

  private byte[] numbers() {
    return Arrays.copyOf(
        Arrays.copyOf(split.numbers(), split.numbersLength()),
        split.numbersLength() + SplitTextDecoder.SLACK);
  }

  private byte[] ids() {
    return Arrays.copyOf(split.ids(), split.idsLength());
  }
}
