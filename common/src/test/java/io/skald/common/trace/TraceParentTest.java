package io.skald.common.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";

  @ParameterizedTest
  @ValueSource(strings = {"00-%s-%s-01", " 00-%s-%s-00 ", "cc-%s-%s-01-what-will-be-there"})
  void traceId_goodHeader_isTheSecondPart(String header) {
    assertThat(TraceParent.traceId(header.formatted(TRACE, SPAN))).isEqualTo(TRACE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736\n-00f067aa0ba902b7-01"
      })
  void traceId_badHeader_isEmpty(String header) {
    assertThat(TraceParent.traceId(header)).isEmpty();
  }

  @Test
  void traceId_noHeader_isEmpty() {
    assertThat(TraceParent.traceId(null)).isEmpty();
    assertThat(TraceParent.traceId("cc-" + TRACE + "-" + SPAN + "-01-" + "x".repeat(1000)))
        .isEmpty();
  }
}
