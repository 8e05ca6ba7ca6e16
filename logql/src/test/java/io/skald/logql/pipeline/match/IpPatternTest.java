package io.skald.logql.pipeline.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IpPatternTest {
  @ParameterizedTest
  @CsvSource(
      delimiterString = "<-",
      textBlock =
          """
          from 192.168.4.5 ok             <- 192.168.4.5
          from 192.168.4.5 ok             <- 192.168.4.0/24
          from 192.168.4.5:8080           <- 192.168.4.1-192.168.4.9
          255.255.255.255                 <- 0.0.0.0/0
          [2001:db8::1]:443               <- 2001:db8::/32
          x 2001:0db8:0:0:0:0:0:1 y       <- 2001:db8::1
          ::ffff:1.2.3.4 x                <- ::ffff:102:304
          fe80::1 -> 172.16.0.4           <- 172.16.0.0/12
          10.0.0.256 then 10.0.0.2        <- 10.0.0.0/8
          a 1:2:3:4:5:6:7:8               <- 1:2:3:4:5:6:7:0/112
          """)
  void test_addressInText_isFound(String text, String pattern) {
    assertThat(matches(pattern, text)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "<-",
      textBlock =
          """
          v1.2.3.4.5 y                    <- 1.2.3.4
          10.0.0.256                      <- 10.0.0.0/8
          10.0.0.01                       <- 10.0.0.1
          almost 10.0.0 but               <- 0.0.0.0/0
          ::ffff:1.2.3.4 x                <- 1.2.3.4
          12:34:56 clock                  <- ::/0
          1::2::3 x                       <- ::/0
          ::1                             <- ::1
          192.168.5.5                     <- 192.168.4.0/24
          """)
  void test_noSuchAddress_isNotFound(String text, String pattern) {
    assertThat(matches(pattern, text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bad",
        "1.2.3",
        "1.2.3.4.5",
        "300.1.1.1",
        "1.2.3.4/33",
        "1.2.3.4/",
        "1.2.3.4/-1",
        "::/129",
        "1.2.3.4-",
        "1.2.3.9-1.2.3.1",
        "1.2.3.4-::1",
        "localhost",
        ":::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "12345::"
      })
  void compile_noPattern_isRefused(String text) {
    assertThatThrownBy(() -> IpPattern.compile(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ip: invalid pattern: \"" + text + "\"");
  }

  @Test
  void parse_randomIpv6_agreesWithTheLibrary() throws UnknownHostException {
    Random random = new Random(3);
    for (int round = 0; round < 5_000; round++) {
      byte[] raw = new byte[16];
      for (int i = 0; i < 16; i++) {
        raw[i] = random.nextBoolean() ? 0 : (byte) random.nextInt(256);
      }
      String text = InetAddress.getByAddress(raw).getHostAddress();
      if (text.indexOf(':') < 0) {
        continue;
      }
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      IpAddress address = IpAddress.parse(bytes, 0, bytes.length);

      ByteBuffer bits = ByteBuffer.wrap(raw);
      assertThat(address).as(text).isEqualTo(new IpAddress(true, bits.getLong(0), bits.getLong(8)));
    }
  }

  @Test
  void test_randomBytes_neverFails() {
    Random random = new Random(4);
    byte[] alphabet = "0123456789abcdef::::.... xg/".getBytes(StandardCharsets.US_ASCII);
    IpPattern everything = IpPattern.compile("::/0");
    int found = 0;
    for (int round = 0; round < 200_000; round++) {
      byte[] text = new byte[random.nextInt(24)];
      for (int i = 0; i < text.length; i++) {
        text[i] = alphabet[random.nextInt(alphabet.length)];
      }
      found += everything.test(text, 0, text.length) ? 1 : 0;
    }
    assertThat(found).isPositive();
  }

  private static boolean matches(String pattern, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return IpPattern.compile(pattern).test(bytes, 0, bytes.length);
  }
}
