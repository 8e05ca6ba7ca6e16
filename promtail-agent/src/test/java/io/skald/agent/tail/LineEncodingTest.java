package io.skald.agent.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineEncodingTest {
  @ParameterizedTest
  @CsvSource({"utf-16le, 10", "UTF-16BE, 10", "utf-32le, 20", "windows-1252, 5", "Shift_JIS, 5"})
  void indexOfNewline_anyCharacterSet_isWhereTheLineEnds(String name, int expected) {
    // U+0A0A and U+000A differ in one byte of two.
    String first =
        name.startsWith("utf") || name.startsWith("UTF") ? "a\u0A0A\u0100\u000B!" : "abcd!";
    byte[] text = (first + "\nb").getBytes(Charset.forName(name));

    int newline = LineEncoding.named(name).indexOfNewline(text, 0, text.length, 0);

    assertThat(newline).isEqualTo(expected);
    assertThat(LineEncoding.named(name).isNewline(text, newline)).isTrue();
  }

  @Test
  void indexOfNewline_chunkThatBeginsInsideACharacter_keepsTheOrderOfTheFile() {
    byte[] text = "ab\n".getBytes(StandardCharsets.UTF_16LE);
    byte[] chunk = java.util.Arrays.copyOfRange(text, 1, text.length);

    assertThat(LineEncoding.named("utf-16le").indexOfNewline(chunk, 0, chunk.length, 1))
        .isEqualTo(3);
  }

  @Test
  void ofFile_byteOrderMark_decidesAndIsNoPartOfTheLine() {
    byte[] little = "\uFEFFh\u00e9".getBytes(StandardCharsets.UTF_16LE);
    byte[] big = "h\u00e9".getBytes(StandardCharsets.UTF_16BE);
    LineEncoding encoding = LineEncoding.named("utf-16");

    assertThat(encoding.ofFile(little).utf8(little, 0, little.length, true))
        .isEqualTo("h\u00e9".getBytes(StandardCharsets.UTF_8));
    assertThat(encoding.ofFile(big).utf8(big, 0, big.length, true))
        .isEqualTo("h\u00e9".getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nope", "a b", "IBM1047"})
  void named_unknownOrWithoutNewline_isRefused(String name) {
    assertThatThrownBy(() -> LineEncoding.named(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }
}
