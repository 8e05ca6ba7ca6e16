package io.skald.server;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/** The names of this machine. */
final class HostAddress {
  private static final String LOOPBACK = "127.0.0.1";

  private HostAddress() {}

  /** Returns the first IPv4 address that others reach, or the loopback if there is none. */
  static String inNetwork() {
    try {
      List<String> found =
          NetworkInterface.networkInterfaces()
              .filter(HostAddress::isUp)
              .flatMap(NetworkInterface::inetAddresses)
              .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
              .map(InetAddress::getHostAddress)
              .toList();
      return found.isEmpty() ? LOOPBACK : found.getFirst();
    } catch (SocketException _) {
      return LOOPBACK;
    }
  }

  private static boolean isUp(NetworkInterface network) {
    try {
      return network.isUp() && !network.isLoopback();
    } catch (SocketException _) {
      return false;
    }
  }
}
