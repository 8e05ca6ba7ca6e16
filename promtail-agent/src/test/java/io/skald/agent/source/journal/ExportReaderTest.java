package io.skald.agent.source.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExportReaderTest {
  @Test
  void next_textAndSizedFields_areRead() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(bytes("__CURSOR=s=1;i=2\nMESSAGE\n"));
    out.writeBytes(new byte[] {5, 0, 0, 0, 0, 0, 0, 0});
    out.writeBytes(bytes("a\nb=c\nPRIORITY=3\n\n\nMESSAGE=two=2\n\n"));

    ExportReader reader = new ExportReader(new ByteArrayInputStream(out.toByteArray()));
    JournalEntry first = Objects.requireNonNull(reader.next());
    JournalEntry second = Objects.requireNonNull(reader.next());

    assertThat(first.cursor()).isEqualTo("s=1;i=2");
    assertThat(first.message()).isEqualTo(bytes("a\nb=c"));
    Map<String, String> labels = new TreeMap<>();
    first.addLabels(labels);
    assertThat(labels)
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "__journal_message", "a\nb=c",
                    "__journal_priority", "3",
                    "__journal_priority_keyword", "error")));
    assertThat(second.message()).isEqualTo(bytes("two=2"));
    assertThat(reader.next()).isNull();
  }

  @Test
  void next_cutOffAnywhere_endsWithoutHalfAnEntry() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(bytes("A=1\nMESSAGE\n"));
    out.writeBytes(new byte[] {3, 0, 0, 0, 0, 0, 0, 0});
    out.writeBytes(bytes("x\ny\n\n"));
    byte[] whole = out.toByteArray();

    for (int length = 0; length < whole.length; length++) {
      ExportReader reader =
          new ExportReader(new ByteArrayInputStream(Arrays.copyOf(whole, length)));
      assertThat(reader.next()).as("of %d bytes", length).isNull();
    }
    assertThat(new ExportReader(new ByteArrayInputStream(whole)).next()).isNotNull();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
