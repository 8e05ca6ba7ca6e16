package io.skald.common.ring;

import io.skald.common.config.Flat;
import java.util.List;

/**
 * The block {@code memberlist}: members of rings tell each other.
 *
 * @param joinMembers host or host:port of some of them; a name may have many addresses
 * @param bindAddr address to listen on, one at most; none takes that of the instance
 * @param bindPort port to listen on; also that of {@code joinMembers} without one
 * @param advertiseAddr by which others reach this process; empty takes the one it listens on
 * @param advertisePort likewise; 0 takes the one it listens on
 * @param tls what encrypts it
 */
public record MemberlistConfig(
    List<String> joinMembers,
    List<String> bindAddr,
    int bindPort,
    String advertiseAddr,
    int advertisePort,
    @Flat MemberlistTls tls) {
  public static final MemberlistConfig DEFAULTS =
      new MemberlistConfig(List.of(), List.of(), 7946, "", 0, MemberlistTls.DEFAULTS);

  private static final int MAX_PORT = 65_535;

  public MemberlistConfig {
    joinMembers = List.copyOf(joinMembers);
    bindAddr = List.copyOf(bindAddr);
    if (bindAddr.size() > 1) {
      throw new IllegalArgumentException("memberlist.bind_addr takes one address: " + bindAddr);
    }
    if (bindPort < 1 || bindPort > MAX_PORT) {
      throw new IllegalArgumentException("memberlist.bind_port must be 1 to 65535: " + bindPort);
    }
    if (advertisePort < 0 || advertisePort > MAX_PORT) {
      throw new IllegalArgumentException(
          "memberlist.advertise_port must be 0 to 65535: " + advertisePort);
    }
    for (String member : joinMembers) {
      if (member.isBlank() || member.contains("/") || member.contains("+")) {
        throw new IllegalArgumentException(
            "memberlist.join_members must be HOST or HOST:PORT; names are looked up as they are,"
                + " without dns+ or dnssrv+: "
                + member);
      }
    }
  }
}
