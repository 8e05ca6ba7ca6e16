package io.skald.agent.source.syslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SyslogFramerTest {
  private final List<String> messages = new ArrayList<>();
  private int tooLong;

  @Test
  void take_linesInAnyPieces_endBeforeTheNext() throws Exception {
    String stream = "<1>one\n<2>two\nsecond line\n<3>" + "x".repeat(40) + "\n<4>four\n";
    for (int seed = 0; seed < 200; seed++) {
      messages.clear();
      tooLong = 0;
      feed(framer(30), stream, new Random(seed)).finish();

      assertThat(messages).containsExactly("<1>one", "<2>two\nsecond line", "<4>four");
      assertThat(tooLong).isEqualTo(1);
    }
  }

  @Test
  void take_countedInAnyPieces_endAtTheirLength() throws Exception {
    String stream = "6 <1>one9 <2>two\n<x\n43 <3>" + "x".repeat(40) + "7 <4>four";
    for (int seed = 0; seed < 200; seed++) {
      messages.clear();
      tooLong = 0;
      feed(framer(30), stream, new Random(seed)).finish();

      assertThat(messages).containsExactly("<1>one", "<2>two\n<x", "<4>four");
      assertThat(tooLong).isEqualTo(1);
    }
  }

  @Test
  void rest_afterANewline_completesTheMessage() throws Exception {
    SyslogFramer framer = framer(100);
    byte[] bytes = "<1>one\n<2>tw".getBytes(StandardCharsets.UTF_8);
    framer.take(bytes, 0, 7);
    assertThat(messages).isEmpty();
    framer.rest();
    assertThat(messages).containsExactly("<1>one");
    framer.take(bytes, 7, bytes.length - 7);
    framer.rest();
    assertThat(messages).hasSize(1);
    framer.finish();
    assertThat(messages).containsExactly("<1>one", "<2>tw");
  }

  @Test
  void take_neitherLengthNorPriority_isRefused() {
    assertThatThrownBy(() -> take("hello")).hasMessageContaining("must begin with <");
    assertThatThrownBy(() -> take("5x")).hasMessageContaining("length of a message");
    assertThatThrownBy(() -> take("1234567890 ")).hasMessageContaining("length of a message");
  }

  /** Whatever comes, what is held stays under its bound. */
  @Test
  void take_anyBytes_givesBoundedMessages() {
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      SyslogFramer framer = framer(20);
      byte[] bytes = new byte[random.nextInt(120)];
      for (int b = 0; b < bytes.length; b++) {
        bytes[b] = (byte) "<>0123456789 \nab".charAt(random.nextInt(16));
      }
      try {
        framer.take(bytes, 0, bytes.length);
        framer.rest();
        framer.finish();
      } catch (SyslogFormatException e) {
        assertThat(e).hasMessageContaining("message");
      }
    }
    assertThat(messages).isNotEmpty().allMatch(m -> !m.isEmpty() && m.length() <= 20);
  }

  private SyslogFramer framer(int max) {
    return new SyslogFramer(
        max, bytes -> messages.add(new String(bytes, StandardCharsets.UTF_8)), () -> tooLong++);
  }

  private void take(String text) throws SyslogFormatException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    framer(100).take(bytes, 0, bytes.length);
  }

  private static SyslogFramer feed(SyslogFramer framer, String text, Random random)
      throws SyslogFormatException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < bytes.length; ) {
      int count = Math.min(bytes.length - at, 1 + random.nextInt(9));
      framer.take(bytes, at, count);
      at += count;
    }
    return framer;
  }
}
