package io.skald.logql.template;

import static io.skald.logql.template.GoType.ANY;
import static io.skald.logql.template.GoType.BOOL;
import static io.skald.logql.template.GoType.FLOAT64;
import static io.skald.logql.template.GoType.STRING;

import io.skald.common.values.GoFloat;
import io.skald.common.values.PrometheusDuration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The functions of Prometheus' alert templates beside Go's own, but for those that run queries or
 * link to Prometheus' pages (Prometheus, "Template reference").
 */
final class AlertFunctions {
  private static final List<String> LARGE = List.of("k", "M", "G", "T", "P", "E", "Z", "Y");
  private static final List<String> BINARY =
      List.of("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi");
  private static final List<String> SMALL = List.of("m", "u", "n", "p", "f", "a", "z", "y");
  private static final double THOUSAND = 1000;
  private static final double KIBI = 1024;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long MILLIS_PER_SECOND = 1000;
  private static final int NANOS_PER_MILLI = 1_000_000;

  static final List<Function> ALL =
      List.of(
          Function.of("title", STRING, a -> Runes.title(a.string(0)), STRING),
          Function.of("toUpper", STRING, a -> Runes.toUpper(a.string(0)), STRING),
          Function.of("toLower", STRING, a -> Runes.toLower(a.string(0)), STRING),
          Function.of(
              "match",
              BOOL,
              a -> new RegexSearch(a.regex(a.string(0)), a.string(1)).next(),
              STRING,
              STRING),
          Function.of(
              "reReplaceAll",
              STRING,
              a -> StringFunctions.regexReplace(a, a.string(0), a.string(2), a.string(1), true),
              STRING,
              STRING,
              STRING),
          Function.of("stripPort", STRING, a -> stripPort(a.string(0)), STRING),
          Function.of("stripDomain", STRING, a -> stripDomain(a.string(0)), STRING),
          Function.of("safeHtml", STRING, a -> a.string(0), STRING),
          Function.of("humanize", STRING, a -> humanize(a, number(a.any(0))), ANY),
          Function.of("humanize1024", STRING, a -> humanize1024(a, number(a.any(0))), ANY),
          Function.of("humanizeDuration", STRING, a -> duration(a, number(a.any(0))), ANY),
          Function.of(
              "humanizePercentage", STRING, a -> digits(a, 100 * number(a.any(0))) + "%", ANY),
          Function.of("humanizeTimestamp", STRING, a -> timestamp(a, number(a.any(0))), ANY),
          Function.of("parseDuration", FLOAT64, a -> seconds(a.string(0)), STRING));

  private AlertFunctions() {}

  private static double number(@Nullable Object value) throws FunctionException {
    return switch (value) {
      case Double number -> number;
      case GoInt integer when integer.type() == GoType.DURATION ->
          integer.value() / NANOS_PER_SECOND;
      case GoInt integer -> integer.value();
      case String text -> parse(text);
      case null -> throw new FunctionException("can't convert <nil> to float");
      default ->
          throw new FunctionException("can't convert " + Values.typeOf(value).text() + " to float");
    };
  }

  private static double parse(String text) throws FunctionException {
    try {
      return GoFloat.parse(ByteStrings.toText(text));
    } catch (NumberFormatException e) {
      throw new FunctionException(ByteStrings.ofText(String.valueOf(e.getMessage())));
    }
  }

  private static String digits(Arguments arguments, double value) {
    List<@Nullable Object> values = new ArrayList<>(1);
    values.add(value);
    return Printf.format("%.4g", values, arguments.budget());
  }

  private static boolean isPlain(double value) {
    return value == 0 || Double.isNaN(value) || Double.isInfinite(value);
  }

  private static String humanize(Arguments arguments, double value) {
    if (isPlain(value)) {
      return digits(arguments, value);
    }
    return Math.abs(value) >= 1
        ? larger(arguments, value, THOUSAND, LARGE)
        : smaller(arguments, value);
  }

  private static String humanize1024(Arguments arguments, double value) {
    return Math.abs(value) <= 1 || isPlain(value)
        ? digits(arguments, value)
        : larger(arguments, value, KIBI, BINARY);
  }

  private static String larger(
      Arguments arguments, double value, double step, List<String> prefixes) {
    double rest = value;
    String prefix = "";
    for (int i = 0; i < prefixes.size() && Math.abs(rest) >= step; i++) {
      prefix = prefixes.get(i);
      rest /= step;
    }
    return digits(arguments, rest) + prefix;
  }

  private static String smaller(Arguments arguments, double value) {
    double rest = value;
    String prefix = "";
    for (int i = 0; i < SMALL.size() && Math.abs(rest) < 1; i++) {
      prefix = SMALL.get(i);
      rest *= THOUSAND;
    }
    return digits(arguments, rest) + prefix;
  }

  private static String duration(Arguments arguments, double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return digits(arguments, value);
    }
    if (Math.abs(value) < 1) {
      return (value == 0 ? digits(arguments, value) : smaller(arguments, value)) + "s";
    }
    String sign = value < 0 ? "-" : "";
    double positive = Math.abs(value);
    long whole = (long) positive;
    long seconds = whole % 60;
    long minutes = whole / 60 % 60;
    long hours = whole / 3600 % 24;
    long days = whole / 86_400;
    if (days != 0) {
      return "%s%dd %dh %dm %ds".formatted(sign, days, hours, minutes, seconds);
    }
    if (hours != 0) {
      return "%s%dh %dm %ds".formatted(sign, hours, minutes, seconds);
    }
    if (minutes != 0) {
      return "%s%dm %ds".formatted(sign, minutes, seconds);
    }
    return sign + digits(arguments, positive) + "s";
  }

  /** Times have milliseconds in Prometheus. */
  private static String timestamp(Arguments arguments, double value) throws FunctionException {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return digits(arguments, value);
    }
    long millis = (long) Math.floor(value * MILLIS_PER_SECOND);
    GoTime second = GoTime.ofEpochSecond(Math.floorDiv(millis, MILLIS_PER_SECOND), Location.UTC);
    int nanos = (int) Math.floorMod(millis, MILLIS_PER_SECOND) * NANOS_PER_MILLI;
    return Formatter.printed(
        arguments.budget(), new GoTime(second.epochSecond(), nanos, Location.UTC));
  }

  private static double seconds(String text) throws FunctionException {
    try {
      return PrometheusDuration.parse(ByteStrings.toText(text)) / NANOS_PER_SECOND;
    } catch (IllegalArgumentException e) {
      throw new FunctionException(ByteStrings.ofText(String.valueOf(e.getMessage())));
    }
  }

  /** Returns the host of {@code host:port}; anything else as it is. */
  private static String stripPort(String hostPort) {
    int colon = portColon(hostPort);
    if (colon < 0) {
      return hostPort;
    }
    String host = hostPort.substring(0, colon);
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /** Returns the first label of a host's name, the port behind it kept; an address as it is. */
  private static String stripDomain(String hostPort) {
    int colon = portColon(hostPort);
    String host = colon < 0 ? hostPort : hostPort.substring(0, colon);
    boolean isAddress = host.contains(":") || host.matches("[0-9.]+");
    int dot = host.indexOf('.');
    if (isAddress || dot < 0) {
      return hostPort;
    }
    return host.substring(0, dot) + (colon < 0 ? "" : hostPort.substring(colon));
  }

  /** Returns where the port begins, or -1: one colon, or one behind a bracket. */
  private static int portColon(String hostPort) {
    int last = hostPort.lastIndexOf(':');
    boolean bracketed = last > 0 && hostPort.charAt(last - 1) == ']';
    return last == hostPort.indexOf(':') || bracketed ? last : -1;
  }
}
