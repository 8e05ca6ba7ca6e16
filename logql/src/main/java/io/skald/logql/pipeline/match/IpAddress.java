package io.skald.logql.pipeline.match;

import org.jspecify.annotations.Nullable;

/**
 * An IP address as a number of 128 bits; an IPv4 address has its 32 bits at the low end.
 *
 * @param v6 whether it is an IPv6 address; addresses of different families do not compare
 */
record IpAddress(boolean v6, long high, long low) {
  private static final int GROUPS = 8;

  int bits() {
    return v6 ? 128 : 32;
  }

  /** Returns whether both are of one family and this one is not above {@code other}. */
  boolean isAtMost(IpAddress other) {
    if (v6 != other.v6) {
      return false;
    }
    int order = Long.compareUnsigned(high, other.high);
    return order < 0 || (order == 0 && Long.compareUnsigned(low, other.low) <= 0);
  }

  /** Returns the first address that shares {@code prefix} leading bits. */
  IpAddress firstOf(int prefix) {
    int hostBits = bits() - prefix;
    return new IpAddress(v6, high & ~ones(hostBits - 64), low & ~ones(hostBits));
  }

  /** Returns the last address that shares {@code prefix} leading bits. */
  IpAddress lastOf(int prefix) {
    int hostBits = bits() - prefix;
    return new IpAddress(v6, high | ones(hostBits - 64), low | ones(hostBits));
  }

  private static long ones(int count) {
    return count <= 0 ? 0 : count >= 64 ? -1 : (1L << count) - 1;
  }

  /** Parses the textual forms of RFC 4291 and dotted decimals, or returns null. */
  static @Nullable IpAddress parse(byte[] text, int start, int end) {
    for (int i = start; i < end; i++) {
      if (text[i] == ':') {
        return parseV6(text, start, end);
      }
    }
    long address = parseV4(text, start, end);
    return address < 0 ? null : new IpAddress(false, 0, address);
  }

  /** Four decimal numbers without leading zeros; -1 if it is anything else. */
  private static long parseV4(byte[] text, int start, int end) {
    long address = 0;
    int fields = 0;
    int at = start;
    while (at < end) {
      int fieldStart = at;
      int value = 0;
      while (at < end && text[at] >= '0' && text[at] <= '9' && at - fieldStart < 4) {
        value = 10 * value + text[at] - '0';
        at++;
      }
      int digits = at - fieldStart;
      if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[fieldStart] == '0')) {
        return -1;
      }
      address = address << 8 | value;
      fields++;
      if (at == end) {
        break;
      }
      if (text[at] != '.' || at + 1 == end || fields == 4) {
        return -1;
      }
      at++;
    }
    return fields == 4 ? address : -1;
  }

  private static @Nullable IpAddress parseV6(byte[] text, int start, int end) {
    int[] groups = new int[GROUPS];
    int count = 0;
    int gapAt = -1;
    int at = start;
    if (end - start >= 2 && text[at] == ':') {
      if (text[at + 1] != ':') {
        return null;
      }
      gapAt = 0;
      at += 2;
    }
    while (at < end) {
      if (count == GROUPS) {
        return null;
      }
      int groupStart = at;
      int value = 0;
      int digit;
      while (at < end && (digit = hexDigit(text[at])) >= 0 && at - groupStart < 5) {
        value = value << 4 | digit;
        at++;
      }
      int digits = at - groupStart;
      if (digits == 0 || digits > 4) {
        return null;
      }
      if (at < end && text[at] == '.') {
        long v4 = parseV4(text, groupStart, end);
        if (v4 < 0 || count > GROUPS - 2) {
          return null;
        }
        groups[count++] = (int) (v4 >> 16);
        groups[count++] = (int) (v4 & 0xFFFF);
        break;
      }
      groups[count++] = value;
      if (at == end) {
        break;
      }
      if (text[at] != ':' || at + 1 == end) {
        return null;
      }
      at++;
      if (text[at] == ':') {
        if (gapAt >= 0) {
          return null;
        }
        gapAt = count;
        at++;
      }
    }
    return ofGroups(groups, count, gapAt);
  }

  /**
   * @param gapAt index of the group before which {@code ::} stood, or -1
   */
  private static @Nullable IpAddress ofGroups(int[] groups, int count, int gapAt) {
    if (gapAt < 0 ? count != GROUPS : count == GROUPS) {
      return null;
    }
    long high = 0;
    long low = 0;
    for (int i = 0; i < GROUPS; i++) {
      int from = gapAt < 0 || i < gapAt ? i : i - (GROUPS - count);
      long value = gapAt >= 0 && i >= gapAt && i < gapAt + GROUPS - count ? 0 : groups[from];
      if (i < 4) {
        high = high << 16 | value;
      } else {
        low = low << 16 | value;
      }
    }
    return new IpAddress(true, high, low);
  }

  private static int hexDigit(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int letter = b | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
  }
}
