package io.skald.storage.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Replays the seeds, findings among them, and then fuzzes for a few seconds. */
class StorageFuzzTest {
  @FuzzTest(maxDuration = "8s")
  void readers_onAnyBytes_readThemOrRefuseThem(byte[] data) {
    StorageReaders.tryAll(data);
  }
}
