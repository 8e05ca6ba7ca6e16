package io.skald.logql.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/** Fuzzes for a quarter of an hour: see docs/development.md. */
@Tag("slow")
class LanguageLongFuzzTest {
  @FuzzTest(maxDuration = "15m")
  void readers_onAnyText_readItOrRefuseIt(byte[] data) {
    LanguageReaders.tryAll(data);
  }
}
