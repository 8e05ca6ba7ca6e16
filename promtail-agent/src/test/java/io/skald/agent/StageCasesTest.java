package io.skald.agent;

import io.skald.common.config.ConfigNode.Mapping;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What stages make of lines, beside the conformance table. */
class StageCasesTest {
  static Stream<Named<Mapping>> cases() throws IOException {
    return StageCases.all().entrySet().stream()
        .filter(cases -> !StageCases.isNumbered(cases.getKey()))
        .flatMap(cases ->
            cases.getValue().stream()
                .map(one -> Named.of(cases.getKey() + " " + one.origin(), one)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void stages_givenLines_yieldWhatTheTableSays(Mapping given) {
    StageCases.check(given);
  }
}
