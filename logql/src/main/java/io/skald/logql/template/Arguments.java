package io.skald.logql.template;

import com.google.re2j.Pattern;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The arguments of one call, already of the types that the function declares. */
final class Arguments {
  private final Execution execution;
  private final @Nullable Object[] values;

  Arguments(Execution execution, @Nullable Object[] values) {
    this.execution = execution;
    this.values = values;
  }

  Execution execution() {
    return execution;
  }

  Budget budget() {
    return execution.budget();
  }

  /** Returns the compiled expression. */
  Pattern regex(String expression) throws FunctionException {
    return execution.environment().regex(expression);
  }

  GoTimeLayout layout(String layout) throws FunctionException {
    return execution.environment().layout(layout);
  }

  int count() {
    return values.length;
  }

  /** Returns a string parameter, a byte string. */
  String string(int index) {
    return (String) present(index);
  }

  /** Returns an integer parameter. */
  long integer(int index) {
    return ((GoInt) present(index)).value();
  }

  double floating(int index) {
    return (Double) present(index);
  }

  GoTime time(int index) {
    return (GoTime) present(index);
  }

  /** Returns a parameter of type ANY as a bare value, null for nil. */
  @Nullable Object any(int index) {
    return Values.bare(values[index]);
  }

  /** Returns the parameters from {@code from} on as bare values. */
  List<@Nullable Object> anyFrom(int from) {
    @Nullable Object[] rest = Arrays.copyOfRange(values, from, values.length);
    Arrays.setAll(rest, i -> Values.bare(rest[i]));
    return Arrays.asList(rest);
  }

  /** Returns a parameter of type VALUE as it was given. */
  @Nullable Object value(int index) {
    return values[index];
  }

  private Object present(int index) {
    Object value = Values.bare(values[index]);
    if (value == null) {
      throw new IllegalStateException("argument " + index + " is nil");
    }
    return value;
  }
}
