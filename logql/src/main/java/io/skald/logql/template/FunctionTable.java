package io.skald.logql.template;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All functions that a template can name. */
final class FunctionTable {
  static final Map<String, Function> FUNCTIONS =
      Stream.of(
              BuiltinFunctions.ALL,
              ComparisonFunctions.ALL,
              StringFunctions.ALL,
              NumberFunctions.ALL,
              TimeFunctions.ALL,
              EncodingFunctions.ALL)
          .flatMap(List::stream)
          .collect(Collectors.toUnmodifiableMap(Function::name, UnaryOperator.identity()));

  private FunctionTable() {}
}
