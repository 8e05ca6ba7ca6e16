package io.skald.agent.source.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DockerLogsTest {
  private final List<String> lines = new ArrayList<>();

  @Test
  void readAll_terminal_hasLinesWithoutFrames() throws Exception {
    read(
        "2024-05-01T10:00:00Z one\r\n2024-05-01T10:00:00.000000005Z two\n2024-05-01T10:00:01Z en"
            .getBytes(StandardCharsets.UTF_8),
        true,
        100);

    assertThat(lines)
        .containsExactly(
            "stdout 1714557600000000000 one",
            "stdout 1714557600000000005 two",
            "stdout 1714557601000000000 en");
  }

  @Test
  void readAll_longLine_isCut() throws Exception {
    byte[] text =
        ("2024-05-01T10:00:00Z " + "x".repeat(50) + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] frame = new byte[8 + text.length];
    frame[0] = 2;
    frame[7] = (byte) text.length;
    System.arraycopy(text, 0, frame, 8, text.length);

    read(frame, false, 10);

    assertThat(lines).containsExactly("stderr 1714557600000000000 " + "x".repeat(10));
  }

  @Test
  void readAll_impossibleFrame_isRefused() {
    byte[] frame = {1, 0, 0, 0, 127, 0, 0, 0, 1};

    assertThatThrownBy(() -> read(frame, false, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("claims to have 2130706432 bytes");
  }

  private void read(byte[] bytes, boolean terminal, int max) throws Exception {
    new DockerLogs(
            new ByteArrayInputStream(bytes),
            terminal,
            max,
            (stream, nanos, _, _, line) ->
                lines.add(stream + " " + nanos + " " + new String(line, StandardCharsets.UTF_8)))
        .readAll();
  }
}
