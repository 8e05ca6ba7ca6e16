package io.skald.distributor.validate;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as messages print them. */
final class Times {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private static final DateTimeFormatter DATE_AND_TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Times() {}

  /** Prints whole seconds: {@code 2026-11-20T18:43:15Z}. */
  static String seconds(long epochNanos) {
    return Instant.ofEpochSecond(Math.floorDiv(epochNanos, NANOS_PER_SECOND)).toString();
  }

  /** Prints {@code 2026-11-20 18:31:35.018565915 +0000 UTC}, the fraction without final zeros. */
  static String full(long epochNanos) {
    long nanos = Math.floorMod(epochNanos, NANOS_PER_SECOND);
    String whole =
        DATE_AND_TIME.format(Instant.ofEpochSecond(Math.floorDiv(epochNanos, NANOS_PER_SECOND)));
    String fraction =
        nanos == 0 ? "" : String.format(Locale.ROOT, ".%09d", nanos).replaceAll("0+$", "");
    return whole + fraction + " +0000 UTC";
  }
}
