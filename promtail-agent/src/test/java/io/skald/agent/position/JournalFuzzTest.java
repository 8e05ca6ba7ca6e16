package io.skald.agent.position;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Replays the seeds, findings among them, and then fuzzes for a few seconds. */
class JournalFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void readers_onAnyBytes_readThemOrRefuseThem(byte[] data) {
    JournalReaders.tryAll(data);
  }
}
