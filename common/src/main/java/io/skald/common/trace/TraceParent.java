package io.skald.common.trace;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the header {@code traceparent} (W3C Trace Context, section 3.2). */
public final class TraceParent {
  /** The name of the header. */
  public static final String HEADER = "traceparent";

  private static final Pattern FORM =
      Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?");

  private TraceParent() {}

  /** Returns the id of the trace that the header names, or "" if there is none or it is no good. */
  public static String traceId(@Nullable String header) {
    if (header == null || header.length() > 512) {
      return "";
    }
    Matcher parts = FORM.matcher(header.strip());
    if (!parts.matches()
        || parts.group(1).equals("ff")
        || (parts.group(1).equals("00") && parts.group(4) != null)
        || isZero(parts.group(2))
        || isZero(parts.group(3))) {
      return "";
    }
    return parts.group(2);
  }

  private static boolean isZero(String digits) {
    return digits.chars().allMatch(digit -> digit == '0');
  }
}
