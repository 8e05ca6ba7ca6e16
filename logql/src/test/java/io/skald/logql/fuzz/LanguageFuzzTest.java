package io.skald.logql.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Replays the seeds, findings among them, and then fuzzes for a few seconds. */
class LanguageFuzzTest {
  @FuzzTest(maxDuration = "10s")
  void readers_onAnyText_readItOrRefuseIt(byte[] data) {
    LanguageReaders.tryAll(data);
  }
}
