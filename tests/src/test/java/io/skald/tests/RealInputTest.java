package io.skald.tests;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a small input of its own, with every kind of line end and odd byte. */
class RealInputTest {
  @Test
  void up_tailsKillsRestartsRotates_everyLineOnce(@TempDir Path directory) throws Exception {
    Map<String, byte[]> inputs = new LinkedHashMap<>();
    inputs.put("unix.log", text("\n", 3000, true));
    inputs.put("crlf.log", text("\r\n", 2000, false));
    inputs.put("odd.log", odd());
    inputs.put("plain.log", text("\n", 2500, false));

    new RealInputCheck(directory, inputs, System.out).run();
  }

  private static byte[] text(String lineEnd, int lines, boolean endsWithNewline) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      out.append("2026-03-02 08:00:").append(i % 60).append(" INFO worker-").append(i % 7);
      out.append(" request ").append(i % 50).append(" took ").append(i * 37 % 1000).append("ms");
      out.append(i < lines - 1 || endsWithNewline ? lineEnd : "");
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Equal lines in a row, empty lines, a stray CR, NUL, tabs, wide characters, a long line. */
  private static byte[] odd() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
      for (int i = 0; i < 300; i++) {
        out.print("same line\nsame line\n\n\n");
        out.print("stray \r inside\tand tab\n");
        out.print("nul \0 byte, bell \7, escape \u001b[31mred\u001b[0m\n");
        out.print("wide: h\u00e9llo \u6e2f \ud83d\udea2\n");
      }
      out.print("x".repeat(100_000) + "\n");
      out.print("end without newline");
    }
    return bytes.toByteArray();
  }
}
