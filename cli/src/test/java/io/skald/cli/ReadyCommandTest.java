package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.cli.CannedServer.Answer;
import org.junit.jupiter.api.Test;

class ReadyCommandTest {
  @Test
  void ready_serverIsReady_printsItsAnswer() {
    try (CannedServer server = CannedServer.of(Answer.json("ready\n"))) {
      Called called = Called.skald("ready", "--addr", server.address());

      assertThat(called.exitCode()).isZero();
      assertThat(called.out()).isEqualTo("ready\n");
      assertThat(server.requests().getFirst().path()).isEqualTo("/ready");
    }
  }

  @Test
  void ready_serverIsNot_failsWithItsReason() {
    try (CannedServer server = CannedServer.of(Answer.error(503, "ingester: replaying\n"))) {
      Called called = Called.skald("ready", "--addr", server.address());

      assertThat(called.exitCode()).isEqualTo(Skald.FAILED);
      assertThat(called.err()).contains("503: ingester: replaying");
    }
  }

  @Test
  void ready_nobodyListens_isUnreachable() {
    String address;
    try (CannedServer server = CannedServer.of(Answer.json(""))) {
      address = server.address();
    }

    assertThat(Called.skald("ready", "--addr", address).exitCode()).isEqualTo(Skald.UNREACHABLE);
  }
}
