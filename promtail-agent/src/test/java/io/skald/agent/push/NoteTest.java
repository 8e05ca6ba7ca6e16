package io.skald.agent.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NoteTest {
  private static final Note NOTE =
      new Note(
          1_795_200_000_000_000_001L,
          new Note.Span(5, 1_795_200_000_000_000_000L),
          List.of(
              new Note.Range("1-2-3", "/var/log/ä \"b\".log", 0, 12, 2, Map.of()),
              new Note.Range("1-3-3", "/new.log", Note.UNKNOWN, 7, 0, Map.of("drop_stage", 3L))),
          List.of(
              new Note.Loss("1-2-3", "/a.log", "buffer_full", 9, 12, 99, new Note.Span(1, 2)),
              new Note.Loss(
                  "", "", "ingester_error", 1, Note.UNKNOWN, Note.UNKNOWN, Note.Span.NONE)));

  @Test
  void decode_reversesEncode() {
    assertThat(Note.decode(NOTE.encode())).isEqualTo(NOTE);
    assertThat(Note.decode(Note.EMPTY.encode())).isEqualTo(Note.EMPTY);
  }

  @Test
  void encode_givesLinesForPeopleAndQueries() {
    assertThat(new String(NOTE.encode(), StandardCharsets.UTF_8))
        .contains(
            "{\"first\":\"1970-01-01T00:00:00.000000005Z\",\"last\":\"2026-11-20T18:40:00Z\",\"files\":[{\"file\":\"/var/log/ä"
                + " \\\"b\\\".log\",\"id\":\"1-2-3\",\"from\":0,"
                + "\"to\":12,\"lines\":2},{\"file\":\"/new.log\",\"id\":\"1-3-3\",\"to\":7,\"lines\":0,"
                + "\"dropped\":{\"drop_stage\":3}}]}")
        .contains(
            "{\"hop\":\"agent\",\"reason\":\"buffer_full\",\"file\":\"/a.log\",\"id\":\"1-2-3\","
                + "\"lines\":9,\"from\":12,\"to\":99,");
  }

  @Test
  void decode_anyTruncation_failsOrIsAShorterNote() {
    byte[] whole = NOTE.encode();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      try {
        assertThat(Note.decode(cut)).as("length %s", length).isNotEqualTo(NOTE);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
    assertThatThrownBy(() -> Note.decode(new byte[] {0x2A, 0}))
        .hasMessage("unknown field of a note: 5");
  }

  @Test
  void with_partsOfAFileThatAdjoin_areOne() {
    Note.Loss first = new Note.Loss("f", "/a", "r", 1, 0, 10, new Note.Span(5, 6));
    Note.Loss next = new Note.Loss("f", "/a", "r", 2, 10, 30, new Note.Span(3, 9));
    Note.Loss far = new Note.Loss("f", "/a", "r", 4, 50, 60, new Note.Span(3, 9));

    assertThat(first.with(next))
        .isEqualTo(new Note.Loss("f", "/a", "r", 3, 0, 30, new Note.Span(3, 9)));
    assertThat(first.with(far).from()).isEqualTo(Note.UNKNOWN);
  }
}
