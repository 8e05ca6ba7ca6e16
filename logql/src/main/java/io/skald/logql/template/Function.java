package io.skald.logql.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function that templates can call, or a method of a value with the receiver bound.
 *
 * @param parameters their types; of a variadic function the last one may stand any number of times
 * @param result the static type of what the body returns; ANY results are wrapped by the executor
 */
record Function(
    String name, List<GoType> parameters, boolean isVariadic, GoType result, Body body) {

  /** The code of a function. */
  interface Body {
    /**
     * @return a bare value; if the result type is VALUE, any value
     */
    @Nullable Object call(Arguments arguments) throws FunctionException;
  }

  static Function of(String name, GoType result, Body body, GoType... parameters) {
    return new Function(name, List.of(parameters), false, result, body);
  }

  /** Returns a function whose last parameter may be given no, one or many times. */
  static Function variadic(String name, GoType result, Body body, GoType... parameters) {
    return new Function(name, List.of(parameters), true, result, body);
  }

  /** Returns how many arguments must be given at least. */
  int fixedParameters() {
    return isVariadic ? parameters.size() - 1 : parameters.size();
  }

  /** Returns whether the executor evaluates the arguments one by one: and, or. */
  boolean isShortCircuit() {
    return name.equals("and") || name.equals("or");
  }

  /** Returns the type of the argument at {@code index}. */
  GoType parameter(int index) {
    return parameters.get(Math.min(index, parameters.size() - 1));
  }
}
