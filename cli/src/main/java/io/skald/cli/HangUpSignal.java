package io.skald.cli;

import java.lang.reflect.Proxy;

/**
 * SIGHUP, which asks a process to read its configuration again. The JDK has no public class for
 * signals; its unsupported one is reached by name, so that a JDK without it only lacks the signal.
 */
final class HangUpSignal {
  private HangUpSignal() {}

  /**
   * Calls {@code action} for each signal, on a thread of its own.
   *
   * @return false if the JDK offers no way
   */
  static boolean handle(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              HangUpSignal.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      action.run();
                      yield null;
                    }
                    case "equals" -> self == arguments[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> "SIGHUP";
                  });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
      return true;
    } catch (ReflectiveOperationException | IllegalArgumentException _) {
      return false;
    }
  }
}
