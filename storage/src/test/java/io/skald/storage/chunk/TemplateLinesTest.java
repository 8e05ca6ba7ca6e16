package io.skald.storage.chunk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.LineTemplates;
import io.skald.common.block.LineTemplates.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateLinesTest {
  private final Zstandard zstd = new Zstandard(1);
  private final Zstandard numbersZstd = Zstandard.forNumbers(1);
  private final TemplateEncoding encoding = new TemplateEncoding(zstd, numbersZstd);
  private final DecompressionContexts contexts = new DecompressionContexts();
  private final TemplatePool pool = new TemplatePool();

  @AfterEach
  void close() {
    contexts.close();
    numbersZstd.close();
    zstd.close();
  }

  private static int[] offsets(List<String> lines, int from) {
    int[] offsets = new int[lines.size() + 1];
    offsets[0] = from;
    for (int i = 0; i < lines.size(); i++) {
      offsets[i + 1] = offsets[i] + lines.get(i).length();
    }
    return offsets;
  }

  private boolean encode(List<String> lines) {
    byte[] raw = String.join("", lines).getBytes(ISO_8859_1);
    return encoding.encode(raw, offsets(lines, 0), lines.size());
  }

  private TemplateLines decode(byte[] bytes, int entries, int lineBytes) {
    Section section = new Section("t/a.pack", "LINES", 77, LineColumn.TEMPLATES, bytes);
    return TemplateLines.decode(section, contexts, pool, entries, lineBytes);
  }

  private TemplateLines lines(List<String> lines) {
    assertThat(encode(lines)).isTrue();
    return decode(encoding.toByteArray(), lines.size(), String.join("", lines).length());
  }

  private static List<String> text(LineTemplates.Lines lines, int count) {
    return IntStream.range(0, count)
        .mapToObj(i ->
            new String(
                lines.bytes(),
                lines.offsets()[i],
                lines.offsets()[i + 1] - lines.offsets()[i],
                ISO_8859_1))
        .toList();
  }

  private static String template(LineTemplates lines, int template) {
    int start = lines.start(template);
    return new String(lines.text(), start, lines.end(template) - start, ISO_8859_1)
        .replace((char) LineTemplates.NUMBER, '#')
        .replace((char) LineTemplates.ID_32, '$')
        .replace((char) LineTemplates.ID, '@')
        .replace((char) LineTemplates.WORD, '%');
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      textBlock =
          """
          "no digits at all", "no digits at all"
          "at 12:30, 7 of 8", "at #:#, # of #"
          "2026-11-27T07:08:29.123Z", "#-#-#T#:#:#.#Z"
          "id 0123456789abcdef!", "id @!"
          "id 0123456789abcdef0123456789abcdef!", "id $!"
          "id 0123456789abcdef0123456789abcdef01!", "id @!"
          "0123456789abcdef0", "%"
          "0123456789012345", "#"
          "abcdefabcdefabcdef", "abcdefabcdefabcdef"
          "550e8400-e29b-41d4-a716-446655440000", "%-%-%-%-#"
          "a1 e2e ab12 abc1 ssh2 v1b2 x1y2 7z", "a# e#e % % ssh# % % #z"
          "0x7f3a9c52 SHA256:Zk3J9f", "% SHA#:%"
          "xyz0123456789abcdef", "xyz#abcdef"
          """)
  void encode_tokens_leaveMarkersInTheTemplate(String line, String template) {
    TemplateLines lines = lines(List.of(line));

    assertThat(lines.count()).isEqualTo(1);
    assertThat(template(lines, 0)).isEqualTo(template);
    assertThat(new String(lines.all(), 0, line.length(), ISO_8859_1)).isEqualTo(line);
  }

  @Test
  void encode_tokensAtTheEndsOfLines_endThere() {
    TemplateLines lines = lines(List.of("a 0123456789", "abcdef b", "", "12", "34", ""));

    assertThat(lines.count()).isEqualTo(4);
    assertThat(template(lines, 0)).isEqualTo("a #");
    assertThat(template(lines, 1)).isEqualTo("abcdef b");
    assertThat(template(lines, 2)).isEmpty();
    assertThat(template(lines, 3)).isEqualTo("#");
    assertThat(lines.ofEntries()).containsExactly(0, 1, 2, 3, 3, 2);
    assertThat(new String(lines.all(), 0, 24, ISO_8859_1)).isEqualTo("a 0123456789abcdef b1234");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0", "\u0001", "text \u0002", "12\u0003", "0123456789abcdef\u0004"})
  void encode_markerInALine_isRefused(String line) {
    assertThat(encode(List.of("fine", line))).isFalse();
    assertThat(lines(List.of("fine 1", "fine 2")).count()).isEqualTo(1);
  }

  @Test
  void encode_partOfAnArray_ignoresWhatIsAround() {
    byte[] raw = "99ab12cd99\u0001".getBytes(ISO_8859_1);

    assertThat(encoding.encode(raw, new int[] {2, 5, 8}, 2)).isTrue();

    assertThat(decode(encoding.toByteArray(), 2, 6).all()).asString().startsWith("ab12cd");
  }

  @Test
  void all_everyByteAlone_andInContext_isRestored() {
    for (int b = LineTemplates.LAST_MARKER + 1; b < 256; b++) {
      String c = String.valueOf((char) b);
      assertRestored(List.of(c, c.repeat(30), "1" + c + "2", "ab" + c + "12345678901", ""));
    }
  }

  @Test
  void all_everyLengthOfRuns_isRestored() {
    for (int length = 0; length <= 600; length++) {
      List<String> lines = new ArrayList<>();
      for (String unit : new String[] {"7", "a", "-", "a7", "7-", "0123456789abcdef"}) {
        lines.add(unit.repeat(length / unit.length() + 1).substring(0, length));
      }
      assertRestored(lines);
    }
  }

  private void assertRestored(List<String> lines) {
    String raw = String.join("", lines);
    assertThat(new String(lines(lines).all(), 0, raw.length(), ISO_8859_1)).isEqualTo(raw);
  }

  /** Lines of a few shapes, so that templates repeat, with values of all kinds. */
  private static List<String> randomLines(Random random) {
    String[] shapes = {"a=? b=? c", "? ?", "x?y?z", "id ?-?", "", "plain", "?"};
    List<String> lines = new ArrayList<>();
    for (int count = 1 + random.nextInt(200); count > 0; count--) {
      StringBuilder line = new StringBuilder();
      for (char c : shapes[random.nextInt(shapes.length)].toCharArray()) {
        line.append(c == '?' ? value(random) : String.valueOf(c));
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private static String value(Random random) {
    String alphabet =
        List.of("0123456789", "0123456789abcdef", "01afgzAZ", "7").get(random.nextInt(4));
    int length = List.of(1, 2, 3, 7, 8, 9, 16, 20, 32, 300).get(random.nextInt(10));
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < length; i++) {
      value.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return value.toString();
  }

  @Test
  void lines_randomChoice_areTheLines() {
    long seed = 7;
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      List<String> lines = randomLines(random);
      TemplateLines stored = lines(lines);
      int[] entries =
          IntStream.range(0, lines.size()).filter(_ -> random.nextInt(3) == 0).toArray();

      assertThat(text(stored.lines(entries, entries.length, null), entries.length))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(Arrays.stream(entries).mapToObj(lines::get).toList());
      assertRestored(lines);
    }
  }

  @Test
  void lines_partsOfTemplates_holdTheirValues() {
    long seed = 9;
    Random random = new Random(seed);
    for (int round = 0; round < 1000; round++) {
      List<String> lines = randomLines(random);
      TemplateLines stored = lines(lines);
      int[] entries = IntStream.range(0, lines.size()).filter(_ -> random.nextInt(4) > 0).toArray();
      int[] @Nullable [] ranges = new int[stored.count()][];
      @Nullable Part[] parts = new Part[stored.count()];
      for (int template = 0; template < parts.length; template++) {
        if (random.nextInt(4) > 0) {
          ranges[template] = randomRanges(stored, template, random);
          parts[template] = stored.template(template).part(ranges[template]);
        }
      }

      List<String> found = text(stored.lines(entries, entries.length, parts), entries.length);

      for (int i = 0; i < entries.length; i++) {
        int template = stored.ofEntries()[entries[i]];
        assertThat(found.get(i))
            .as("seed %d, round %d", seed, round)
            .isEqualTo(part(stored, template, ranges[template], lines.get(entries[i])));
      }
    }
  }

  @Test
  void lines_fewFarApart_areTheLines() {
    for (long seed = 1; seed <= 30; seed++) {
      Random random = new Random(seed);
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        String id = "%032x".formatted(random.nextLong() | 0xA1L << 56);
        String hex = id.substring(0, 16 + 2 * random.nextInt(4));
        String number = Integer.toString(random.nextInt(1 << random.nextInt(1, 31)));
        lines.add(
            switch (random.nextInt(4)) {
              case 0 -> "at " + number + " of " + number + " id=" + id;
              case 1 -> "at " + number + " x" + random.nextInt(10) + "y" + number + " id=" + hex;
              case 2 -> number.repeat(random.nextInt(1, 9)) + ":%03d".formatted(i % 1000);
              default -> "nothing here";
            });
      }
      TemplateLines stored = lines(lines);
      int gap = random.nextInt(1, 400);
      int[] entries =
          IntStream.range(0, lines.size()).filter(_ -> random.nextInt(gap) == 0).toArray();

      List<String> found = text(stored.lines(entries, entries.length, null), entries.length);

      List<String> expected = Arrays.stream(entries).mapToObj(lines::get).toList();
      assertThat(found).as("seed %d", seed).isEqualTo(expected);
    }
  }

  private static int[] randomRanges(LineTemplates lines, int template, Random random) {
    int length = lines.end(template) - lines.start(template);
    return random.ints(2L * random.nextInt(4), 0, length + 1).sorted().toArray();
  }

  /** Cuts a line where its template is cut, by matching the two from the left. */
  private static String part(
      LineTemplates lines, int template, int @Nullable [] ranges, String line) {
    if (ranges == null) {
      return line;
    }
    byte[] bytes = lines.template(template).bytes();
    int[] ends = new int[bytes.length + 1];
    int at = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      at += b > LineTemplates.LAST_MARKER || b < 0 ? 1 : valueLength(b, line, at);
      ends[i + 1] = at;
    }
    StringBuilder part = new StringBuilder();
    for (int range = 0; range < ranges.length; range += 2) {
      part.append(line, ends[ranges[range]], ends[ranges[range + 1]]);
    }
    return part.toString();
  }

  private static int valueLength(byte marker, String line, int at) {
    int end = at;
    while (end < line.length()
        && (marker == LineTemplates.NUMBER
            ? Character.isDigit(line.charAt(end))
            : Character.isLetterOrDigit(line.charAt(end)))) {
      end++;
    }
    return end - at;
  }

  @Test
  void template_ofTwoBlocks_isOne() {
    TemplateLines one = lines(List.of("x", "a=1 b", "\u00e9".repeat(2000)));
    TemplateLines other = lines(List.of("a=7 b", "\u00e9".repeat(2000)));

    assertThat(one.template(1)).isSameAs(other.template(0)).isNotSameAs(one.template(0));
    assertThat(one.template(2).bytes()).isEqualTo(other.template(1).bytes());
    assertThat(new String(one.template(1).bytes(), ISO_8859_1)).isEqualTo("a=\u0001 b");
  }

  @Test
  void words_areAllWords() {
    TemplateLines lines = lines(List.of("x1y2 and 7", "ab12-9 k9j8h7", "0123456789abcdef"));

    assertThat(new String(lines.words(), ISO_8859_1).split("\n"))
        .containsExactlyInAnyOrder("x1y2", "ab12", "k9j8h7");
  }

  @Test
  void decode_wrongCounts_areRefused() {
    List<String> lines = List.of("at 12:30:59 from 10.0.0.17", "at 1:2:3 from 4.5.6.7", "x1y2z3");
    int length = String.join("", lines).length();
    encode(lines);
    byte[] bytes = encoding.toByteArray();

    for (int entries : new int[] {1, 2, 4, 1000}) {
      assertRefused(() -> decode(bytes, entries, length).all());
    }
    for (int wrong : new int[] {0, 1, length - 1, length + 1, 1_000_000, 1 << 28}) {
      assertRefused(() -> decode(bytes, lines.size(), wrong).all());
    }
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable read) {
    assertThatThrownBy(read)
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining("t/a.pack")
        .hasMessageContaining("offset 77");
  }

  @Test
  void decode_damagedBytes_neverWritesOutsideOrHangs() {
    long seed = 11;
    Random random = new Random(seed);
    int refused = 0;
    int restored = 0;
    for (int round = 0; round < 200; round++) {
      List<String> lines = randomLines(random);
      encode(lines);
      int lineBytes = String.join("", lines).length();
      byte[] good = encoding.toByteArray();
      for (int i = 0; i < 200; i++) {
        byte[] bytes = good.clone();
        for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
          int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(20, bytes.length));
          bytes[at] = (byte) random.nextInt();
        }
        try {
          TemplateLines damaged = decode(bytes, lines.size(), lineBytes);
          damaged.words();
          damaged.lines(new int[] {lines.size() - 1}, 1, null);
          assertThat(damaged.all().length).isGreaterThanOrEqualTo(lineBytes);
          restored++;
        } catch (CorruptChunkException expected) {
          assertThat(expected).hasMessageContaining("t/a.pack");
          refused++;
        }
      }
    }
    assertThat(refused).isPositive();
    assertThat(restored).as("some changes only change digits").isPositive();
  }
}
