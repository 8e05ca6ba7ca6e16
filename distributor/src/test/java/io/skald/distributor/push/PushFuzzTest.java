package io.skald.distributor.push;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Replays the seeds, findings among them, and then fuzzes for a few seconds. */
class PushFuzzTest {
  @FuzzTest(maxDuration = "8s")
  void readers_onAnyBytes_readThemOrRefuseThem(byte[] data) {
    PushReaders.tryAll(data);
  }
}
