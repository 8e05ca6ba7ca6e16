package io.skald.agent;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The name that {@code __host__} is compared with. */
final class HostName {
  private HostName() {}

  /** Returns the variable HOSTNAME, else the name that the system gives itself. */
  static String current() {
    String fromEnvironment = System.getenv("HOSTNAME");
    if (fromEnvironment != null && !fromEnvironment.isEmpty()) {
      return fromEnvironment;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "localhost";
    }
  }
}
