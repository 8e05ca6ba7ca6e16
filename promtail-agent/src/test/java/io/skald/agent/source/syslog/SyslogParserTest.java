package io.skald.agent.source.syslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.agent.source.SourceSink;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyslogParserTest {
  private static final long NOW = nanos("2024-05-02T00:00:00Z");

  @Test
  void rfc5424_fullMessage_tellsAllParts() throws Exception {
    byte[] message =
        bytes(
            "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 77 ID47"
                + " [ex@32473 k=\"v\" iut=\"a\\\"b\\]\"][other x=\"1\"] \uFEFFAn event");

    SyslogMessage read = SyslogParser.rfc5424(message);

    assertThat(text(message, read)).isEqualTo("An event");
    assertThat(read.timestampNanos()).isEqualTo(nanos("2003-10-11T22:14:15.003Z"));
    Map<String, String> labels = new TreeMap<>();
    read.addLabels(labels, true);
    assertThat(labels)
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "__syslog_message_severity", "notice",
                    "__syslog_message_facility", "local4",
                    "__syslog_message_hostname", "mymachine.example.com",
                    "__syslog_message_app_name", "evntslog",
                    "__syslog_message_proc_id", "77",
                    "__syslog_message_msg_id", "ID47",
                    "__syslog_message_sd_ex_32473_k", "v",
                    "__syslog_message_sd_ex_32473_iut", "a\"b]",
                    "__syslog_message_sd_other_x", "1")));
  }

  @Test
  void rfc5424_nilValues_areNoLabels() throws Exception {
    SyslogMessage read = SyslogParser.rfc5424(bytes("<34>1 - - - - - - hi"));

    Map<String, String> labels = new TreeMap<>();
    read.addLabels(labels, true);
    assertThat(labels.keySet())
        .containsExactly("__syslog_message_facility", "__syslog_message_severity");
    assertThat(read.timestampNanos()).isEqualTo(SourceSink.TIME_OF_READING);
  }

  @ParameterizedTest
  @CsvSource(delimiterString = "->", textBlock = """
      <34>1 - - - - - -                          -> ''
      <34>1 - - - - - - a  b                     -> 'a  b'
      <0>999 2024-01-01T00:00:00+02:00 h - - - - x -> x
      <34>1 - - - - - [a] x                      -> x
      """)
  void rfc5424_text_isAllBehindTheHeader(String message, String expected) throws Exception {
    byte[] bytes = bytes(message.strip());
    assertThat(text(bytes, SyslogParser.rfc5424(bytes))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(delimiterString = "->", textBlock = """
      hello                       -> expected < at byte 0
      <192>1 - - - - - - x        -> priority from 0 to 191
      <>1 - - - - - - x           -> priority from 0 to 191
      <34 1 - - - - - - x         -> expected > at byte 3
      <34>x - - - - - - x         -> a version
      <34>1 today - - - - - x     -> a time as in RFC 3339, not 'today'
      <34>1 - - - - x             -> the message id
      <34>1 - - - - - x           -> structured data, or -
      <34>1 - - - - - [a b] x     -> a value in quotes
      <34>1 - - - - - [a b="x     -> a closing quote
      <34>1 - - - - - [a b="c"x   -> expected ]
      """)
  void rfc5424_damaged_saysWhatIsMissing(String message, String error) {
    assertThatThrownBy(() -> SyslogParser.rfc5424(bytes(message)))
        .isInstanceOf(SyslogFormatException.class)
        .hasMessageContaining(error);
  }

  @ParameterizedTest
  @CsvSource(delimiterString = "|", textBlock = """
      <34>Oct 11 22:14:15 mymachine su[12]: 'su root' failed | mymachine | su | 12 | 2023-10-11T22:14:15Z
      <34>May  1 02:14:15 10.0.0.1 plain text                | 10.0.0.1  |    |    | 2024-05-01T02:14:15Z
      <34>May  1 02:14:15 app: no host                       |           | app |   | 2024-05-01T02:14:15Z
      <34>2024-05-01T10:00:00Z host app: x                   | host      | app |   | 2024-05-01T10:00:00Z
      <34>no header at all                                   |           |    |    |
      """)
  void rfc3164_whatIsThere_isTold(
      String message, String host, String app, String process, String time) throws Exception {
    // October has not come yet in May, but only December and January are corrected.
    SyslogMessage read = SyslogParser.rfc3164(bytes(message.strip()), NOW);

    assertThat(read.hostname()).isEqualTo(host == null ? "" : host);
    assertThat(read.appName()).isEqualTo(app == null ? "" : app);
    assertThat(read.procId()).isEqualTo(process == null ? "" : process);
    if (time == null) {
      assertThat(read.timestampNanos()).isEqualTo(SourceSink.TIME_OF_READING);
    } else {
      assertThat(Instant.ofEpochSecond(0, read.timestampNanos()).toString().substring(4))
          .isEqualTo(time.substring(4));
    }
  }

  @Test
  void rfc3164_decemberInJanuary_isOfLastYear() throws Exception {
    long january = nanos("2024-01-01T00:00:10Z");

    assertThat(
            SyslogParser.rfc3164(bytes("<34>Dec 31 23:59:59 h a: x"), january).timestampNanos())
        .isEqualTo(nanos("2023-12-31T23:59:59Z"));
  }

  /** Whatever comes, it is a message or a refusal, and the text lies inside. */
  @Test
  void bothFormats_anyBytes_endWell() {
    Random random = new Random(7);
    byte[] seed =
        bytes("<165>1 2003-10-11T22:14:15.003Z host app 77 ID47 [ex@32473 k=\"v\"] text: x");
    int understood = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] message = Arrays.copyOf(seed, random.nextInt(seed.length + 1));
      for (int change = random.nextInt(4); change > 0 && message.length > 0; change--) {
        message[random.nextInt(message.length)] = (byte) random.nextInt(256);
      }
      try {
        SyslogMessage read =
            i % 2 == 0
                ? SyslogParser.rfc5424(message)
                : SyslogParser.rfc3164(message, NOW);
        assertThat(read.textFrom()).isBetween(0, message.length);
        understood++;
      } catch (SyslogFormatException e) {
        assertThat(e).hasMessageContaining("expected");
      }
    }
    assertThat(understood).isBetween(1000, 49_000);
  }

  private static String text(byte[] message, SyslogMessage read) {
    return new String(
        message, read.textFrom(), message.length - read.textFrom(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long nanos(String time) {
    Instant at = Instant.parse(time);
    return at.getEpochSecond() * 1_000_000_000L + at.getNano();
  }
}
