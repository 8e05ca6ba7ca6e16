package io.skald.agent.position;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/** Fuzzes for a quarter of an hour: see docs/development.md. */
@Tag("slow")
class JournalLongFuzzTest {
  @FuzzTest(maxDuration = "15m")
  void readers_onAnyBytes_readThemOrRefuseThem(byte[] data) {
    JournalReaders.tryAll(data);
  }
}
