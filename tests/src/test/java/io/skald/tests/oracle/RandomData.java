package io.skald.tests.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Draws entries with everything that makes lines and labels nasty. */
final class RandomData {
  static final long SECOND = 1_000_000_000L;

  /** A whole multiple of an hour. */
  static final long START = 1_772_438_400 * SECOND;

  static final int SECONDS = 600;

  private static final String[] WORDS = {
    "error",
    "timeout",
    "GET",
    "login",
    "user",
    "disk",
    "10.0.0.7",
    "192.168.4.50:8080",
    "v1.2.3.4.5",
    "héllo",
    "ошибка",
    "日本",
    "Timeout",
    "TIMEOUT",
    "a=b",
    "\"quoted\"",
    "back\\slash",
    "\t",
    "x"
  };
  private static final String[] VALUES = {
    "info",
    "warn",
    "error",
    "200",
    "404",
    "500",
    "12",
    "7.5",
    "1e2",
    "-3",
    "NaN",
    "abc",
    "zz",
    "1KB",
    "2KiB",
    "15ms",
    "1m30s",
    "2s",
    "10.0.0.7",
    "alice",
    "bob smith",
    "x y",
    "0",
    "Inf"
  };
  private static final String[] KEYS = {
    "level", "status", "dur", "size", "user", "n", "app", "k", "a-b", "9z", "msg", "ip"
  };

  private final SplittableRandom random;
  private final boolean malformed;

  /**
   * @param malformed whether some documents break off or are wrong inside
   */
  RandomData(SplittableRandom random, boolean malformed) {
    this.random = random;
    this.malformed = malformed;
  }

  /** Returns entries in the order of arrival; some twice, some late. */
  List<PlainEntry> entries(int count) {
    List<Map<String, String>> streams = new ArrayList<>();
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      streams.add(stream());
    }
    List<PlainEntry> entries = new ArrayList<>();
    long clock = START;
    for (int i = 0; i < count; i++) {
      clock += random.nextInt(4) == 0 ? 0 : random.nextLong(2 * SECONDS * SECOND / count);
      long late = random.nextInt(5) == 0 ? random.nextLong(60 * SECOND) : 0;
      long timestamp = Math.max(START, clock - late);
      timestamp = random.nextBoolean() ? timestamp / SECOND * SECOND : timestamp;
      if (i > 0 && random.nextInt(15) == 0) {
        PlainEntry again = entries.get(random.nextInt(entries.size()));
        entries.add(
            new PlainEntry(
                again.stream(), again.timestampNanos(), again.line(), again.metadata(), i));
      } else {
        entries.add(new PlainEntry(pick(streams), timestamp, line(), metadata(), i));
      }
    }
    return entries;
  }

  private Map<String, String> stream() {
    Map<String, String> labels = new TreeMap<>();
    labels.put("job", "t");
    labels.put("app", pick(new String[] {"web", "api", "db"}));
    if (random.nextBoolean()) {
      labels.put("env", pick(new String[] {"dev", "prod"}));
    }
    if (random.nextInt(3) == 0) {
      labels.put("pod", "p-" + random.nextInt(3));
    }
    return labels;
  }

  private Map<String, String> metadata() {
    return switch (random.nextInt(8)) {
      case 0 -> Map.of("k", pick(VALUES));
      case 1 -> Map.of("level", pick(new String[] {"info", "error"}));
      case 2 -> Map.of("app", "meta", "trace", "t" + random.nextInt(3));
      case 3 -> Map.of("n", Integer.toString(random.nextInt(9)));
      default -> Map.of();
    };
  }

  private String line() {
    return switch (random.nextInt(12)) {
      case 0, 1, 2 -> json(2);
      case 3, 4, 5 -> logfmt();
      case 6 ->
          "10.0.0."
              + random.nextInt(20)
              + " - "
              + pick(VALUES)
              + " [x] \"GET /"
              + pick(WORDS)
              + "\" 200";
      case 7 -> "\u001b[31m" + pick(WORDS) + "\u001b[0m " + pick(WORDS);
      case 8 ->
          "{\"_entry\":\""
              + pick(new String[] {"level=info n=3", "plain", ""})
              + "\",\"pod\":\"p\",\"n\":5}";
      case 9 -> random.nextInt(3) == 0 ? "" : pick(WORDS);
      case 10 -> pick(WORDS) + " " + pick(WORDS) + "\n" + pick(WORDS);
      default -> words();
    };
  }

  private String words() {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(8); i >= 0; i--) {
      out.append(pick(WORDS)).append(i == 0 ? "" : " ");
    }
    return out.toString();
  }

  private String json(int depth) {
    StringBuilder out = new StringBuilder(random.nextInt(10) == 0 ? " {" : "{");
    int members = random.nextInt(6);
    for (int i = 0; i < members; i++) {
      out.append(i == 0 ? "" : random.nextInt(5) == 0 ? " , " : ",");
      out.append('"').append(pick(KEYS)).append("\":").append(jsonValue(depth));
    }
    if (malformed && random.nextInt(4) == 0) {
      return out.append(pick(new String[] {",\"z\":", ",\"z\":tru}", ",\"z\":\"open", " \"z\":1}"}))
          .toString();
    }
    return out.append('}').append(random.nextInt(10) == 0 ? " trailing" : "").toString();
  }

  private String jsonValue(int depth) {
    return switch (random.nextInt(10)) {
      case 0 -> "null";
      case 1 -> "true";
      case 2 -> "[1,\"a\",{\"b\":2}]";
      case 3 -> depth == 0 ? "1" : json(0).strip().replace(" trailing", "");
      case 4, 5 -> Integer.toString(random.nextInt(1000));
      case 6 -> String.format(Locale.ROOT, "%.2f", random.nextDouble() * 100);
      case 7 -> "\"a\\\"b\\n\\u00e9\"";
      default -> '"' + pick(VALUES) + '"';
    };
  }

  private String logfmt() {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(6); i >= 0; i--) {
      out.append(pick(KEYS));
      switch (random.nextInt(10)) {
        case 0 -> {} // a bare key
        case 1 -> out.append('=');
        case 2 -> out.append("=\"two words\"");
        case 3 -> out.append("=\"q\\\"z\"");
        case 4 -> out.append(malformed ? "=x=y" : "=x");
        case 5 -> out.append("=").append(random.nextInt(500));
        default -> out.append("=\"").append(pick(VALUES)).append('"');
      }
      out.append(i == 0 ? "" : " ");
    }
    return out.toString();
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private String pick(String[] values) {
    return values[random.nextInt(values.length)];
  }
}
