package io.skald.distributor.push;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/** Fuzzes for a quarter of an hour: see docs/development.md. */
@Tag("slow")
class PushLongFuzzTest {
  @FuzzTest(maxDuration = "15m")
  void readers_onAnyBytes_readThemOrRefuseThem(byte[] data) {
    PushReaders.tryAll(data);
  }
}
