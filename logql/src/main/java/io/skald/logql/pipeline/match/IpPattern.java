package io.skald.logql.pipeline.match;

import io.skald.common.model.Quoting;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The argument of {@code ip("...")}: an address, a CIDR block or a range {@code first-last}, IPv4
 * or IPv6. Finds such an address in text.
 *
 * <p>A run of address characters is taken as a whole: {@code 1.2.3.4.5} holds no address. An IPv4
 * address is never equal to the IPv6 address that maps it.
 */
public final class IpPattern implements LineTest {
  private final IpAddress first;
  private final IpAddress last;

  private IpPattern(IpAddress first, IpAddress last) {
    this.first = first;
    this.last = last;
  }

  /**
   * @throws IllegalArgumentException if the text has none of the three forms
   */
  public static IpPattern compile(String text) {
    IpPattern pattern = parse(text);
    if (pattern == null) {
      throw new IllegalArgumentException("ip: invalid pattern: " + Quoting.quote(text));
    }
    return pattern;
  }

  private static @Nullable IpPattern parse(String text) {
    int slash = text.indexOf('/');
    if (slash >= 0) {
      IpAddress base = address(text.substring(0, slash));
      String bits = text.substring(slash + 1);
      if (base == null || !bits.matches("0|[1-9][0-9]{0,2}")) {
        return null;
      }
      int prefix = Integer.parseInt(bits);
      return prefix > base.bits() ? null : new IpPattern(base.firstOf(prefix), base.lastOf(prefix));
    }
    int dash = text.indexOf('-');
    if (dash >= 0) {
      IpAddress first = address(text.substring(0, dash));
      IpAddress last = address(text.substring(dash + 1));
      return first == null || last == null || !first.isAtMost(last)
          ? null
          : new IpPattern(first, last);
    }
    IpAddress only = address(text);
    return only == null ? null : new IpPattern(only, only);
  }

  private static @Nullable IpAddress address(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return IpAddress.parse(bytes, 0, bytes.length);
  }

  /** Returns whether {@code area[start, end)} holds an address of this pattern. */
  @Override
  public boolean test(byte[] area, int start, int end) {
    int at = start;
    while (at < end) {
      boolean v4 = beginsV4(area, at, end);
      if (v4 || beginsV6(area, at, end)) {
        int runEnd = at;
        while (runEnd < end && (v4 ? isV4Byte(area[runEnd]) : isV6Byte(area[runEnd]))) {
          runEnd++;
        }
        IpAddress address = IpAddress.parse(area, at, runEnd);
        if (address != null && first.isAtMost(address) && address.isAtMost(last)) {
          return true;
        }
        at = runEnd;
      } else {
        at++;
      }
    }
    return false;
  }

  private static boolean beginsV4(byte[] area, int at, int end) {
    return at + 3 < end
        && isDigit(area[at])
        && (area[at + 1] == '.' || area[at + 2] == '.' || area[at + 3] == '.');
  }

  private static boolean beginsV6(byte[] area, int at, int end) {
    if (at + 4 >= end) {
      return false;
    }
    if (area[at] == ':') {
      return area[at + 1] == ':' && isHexDigit(area[at + 2]);
    }
    for (int i = 0; i < 4 && isHexDigit(area[at + i]); i++) {
      if (area[at + i + 1] == ':') {
        return true;
      }
    }
    return false;
  }

  private static boolean isV4Byte(byte b) {
    return isDigit(b) || b == '.';
  }

  private static boolean isV6Byte(byte b) {
    return isHexDigit(b) || b == ':' || b == '.';
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static boolean isHexDigit(byte b) {
    return isDigit(b) || ((b | 0x20) >= 'a' && (b | 0x20) <= 'f');
  }
}
